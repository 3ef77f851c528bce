using Gateway.Configuration;
using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.HttpRules;
using Transcoders.Payloads;
using Transcoders.Schema;

namespace Gateway.Backends.Http;

/// <summary>
/// Calls servers that speak plain HTTP: a method of a schema by its google.api.http rule, anything else as the client's own request line
/// and body.
/// </summary>
internal sealed class HttpBackend : IBackend
{
    private readonly RestMethods? _methods;
    private readonly HttpCallOptions _options;

    /// <param name="cluster">The cluster.</param>
    /// <param name="schema">What its methods are; null when payloads are opaque.</param>
    /// <param name="limits">Bounds of a call.</param>
    /// <param name="clock">The clock of deadlines.</param>
    public HttpBackend(ClusterSettings cluster, SchemaCatalog? schema, CallLimits limits, TimeProvider clock)
    {
        // Rules that cannot be read are reported where the routes are compiled: this cluster then never comes into force.
        _methods = schema is null ? null : RestMethods.Build(schema, HttpRuleJson.ParseAll(cluster.Schema?.HttpRules ?? [], out _));
        _options = new HttpCallOptions(cluster.Http, limits, clock, new ErrorBodyReader(new StatusJsonReader(schema ?? SchemaCatalog.BuiltIn)), new SseRules(cluster.Sse, schema is not null));
    }

    public string Protocol => HttpTraits.Name;

    public ClientCall Open(CallHead head, Destination destination, CancellationToken cancellationToken) =>
        new HttpClientCall(head, destination, head.Method.Length == 0 ? null : Find(head.Method), _options, cancellationToken);

    private RestMethod Find(string name)
    {
        var method = _methods?.Find(name) ?? throw new CallException(StatusCode.Unimplemented, $"No method {name} is known of this backend.");
        return method.Problem is null ? method : throw new CallException(StatusCode.Unimplemented, $"The method {name} cannot be called over HTTP: {method.Problem}");
    }
}

/// <summary>What every call of a cluster shares.</summary>
/// <param name="Settings">The cluster's choices.</param>
/// <param name="Limits">Bounds of a call.</param>
/// <param name="Clock">The clock of deadlines.</param>
/// <param name="Errors">Reads what failed.</param>
/// <param name="Events">What the events of an answer mean that is an event stream.</param>
internal sealed record HttpCallOptions(HttpClusterSettings Settings, CallLimits Limits, TimeProvider Clock, ErrorBodyReader Errors, SseRules Events);
