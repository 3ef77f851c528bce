using System.Diagnostics;
using Gateway.Backends;
using Gateway.Dispatch;
using Microsoft.AspNetCore.Http.Features;
using Transcoders.Calls;
using Transcoders.Grpc;
using Transcoders.Http;

namespace Gateway.Edges;

/// <summary>One HTTP request on its way into the hub, after routing, load balancing and the route's request transforms.</summary>
public sealed class EdgeRequest
{
    private readonly HttpRequestMessage? _shaped;

    /// <param name="context">The request.</param>
    /// <param name="route">Its route.</param>
    /// <param name="plans">What the route can do on the chosen edge.</param>
    /// <param name="destination">The server the load balancer chose.</param>
    /// <param name="shaped">The request as the route's transforms made it; null when the route has none.</param>
    /// <param name="shaper">The route's response transforms; null when it has none.</param>
    /// <param name="clock">The clock of deadlines.</param>
    /// <param name="attempts">Of which this is one; null where the request has only this one.</param>
    public EdgeRequest(
        HttpContext context, CallRoute route, EdgePlans plans, Destination destination,
        HttpRequestMessage? shaped, IResponseShaper? shaper, TimeProvider clock, CallAttempts? attempts = null)
    {
        Attempts = attempts;
        Context = context;
        Route = route;
        Plans = plans;
        Destination = destination;
        Shaper = shaper;
        Clock = clock;
        _shaped = shaped;

        Target = _shaped?.RequestUri?.PathAndQuery ?? RawTarget(context);
        var question = Target.IndexOf('?', StringComparison.Ordinal);
        PathLength = question < 0 ? Target.Length : question;
        Verb = _shaped?.Method.Method ?? context.Request.Method;
    }

    /// <summary>What grpc-gateway's clients put before the names of metadata.</summary>
    internal const string MetadataPrefix = "grpc-metadata-";

    public HttpContext Context { get; }

    public CallRoute Route { get; }

    public EdgePlans Plans { get; }

    public Destination Destination { get; }

    public IResponseShaper? Shaper { get; }

    public TimeProvider Clock { get; }

    /// <summary>The attempts at this request's call; null where it has only this one.</summary>
    public CallAttempts? Attempts { get; }

    public string Verb { get; }

    /// <summary>Path and query, percent-encoded as the client sent them: a decoded path would make `%2F` a separator.</summary>
    public string Target { get; }

    public int PathLength { get; }

    public ReadOnlySpan<char> Path => Target.AsSpan(0, PathLength);

    /// <summary>The query without `?`; empty when there is none.</summary>
    public ReadOnlySpan<char> Query => PathLength == Target.Length ? default : Target.AsSpan(PathLength + 1);

    /// <summary>Makes the call's head: metadata by the route's policy, and the deadline. Its cursor is the request's Last-Event-ID.</summary>
    public CallHead MakeHead(string method, CallShape shape) =>
        MakeHead(method, shape, Context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } cursor ? cursor : null);

    /// <summary>As the other, with a cursor that the edge has made of Last-Event-ID.</summary>
    public CallHead MakeHead(string method, CallShape shape, string? cursor)
    {
        var request = Context.Request;
        var asked = AskedTimeout(request.Headers);
        var deadline = Route.DeadlineFor(shape, asked, Clock);
        var peer = Context.Connection.RemoteIpAddress?.ToString();
        return new CallHead
        {
            Method = method,
            Shape = shape,
            Verb = Verb,
            Target = Target,
            ContentType = request.ContentType,
            Metadata = MakeMetadata(peer),
            Deadline = Attempts?.Keep(deadline) ?? deadline,
            MessageSize = Route.Limits.MessageSize,
            Peer = peer,
            PeerPort = Context.Connection.RemotePort,
            Cursor = cursor,
            ExpectsOneAnswer = Plans.ExpectsOneAnswer,
            Scheme = request.Scheme,
            Authority = request.Host.Value ?? "",
        };
    }

    /// <summary>A deadline that begins now, by the same rules: for one of many calls of a connection.</summary>
    public Deadline DeadlineFor(CallShape shape) => Route.DeadlineFor(shape, AskedTimeout(Context.Request.Headers), Clock);

    /// <summary>A client's own limit of time: `grpc-timeout`, `connect-timeout-ms`, else `x-server-timeout` in seconds; null when it named none that can be read.</summary>
    private static TimeSpan? AskedTimeout(IHeaderDictionary headers)
    {
        if (headers.TryGetValue(GrpcHeaders.Timeout, out var grpc) && grpc.Count == 1 && GrpcTimeout.TryParse(grpc[0], out var timeout))
        {
            return timeout;
        }

        if (headers.TryGetValue(ConnectHeaders.Timeout, out var connect) && connect.Count == 1 && ConnectHeaders.TryParseTimeout(connect[0], out timeout))
        {
            return timeout;
        }

        return headers.TryGetValue(RequestTimeout.ServerTimeoutHeader, out var seconds) && seconds.Count == 1 && RequestTimeout.TryParseSeconds(seconds[0], out timeout)
            ? timeout
            : null;
    }

    private CallMetadata MakeMetadata(string? peer)
    {
        var metadata = new CallMetadata(12);
        var policy = Route.Metadata;
        var ownHop = Context.Request.Headers.Connection;
        if (_shaped is not null)
        {
            // The transforms have written X-Forwarded-* as the route wants them: reserved from clients, not from our own configuration.
            foreach (var header in _shaped.Headers.NonValidated)
            {
                if (PrefixedName(header.Key) is { } name && policy.Passes(name) && !ConnectionOptions.Nominate(ownHop, header.Key))
                {
                    foreach (var value in header.Value)
                    {
                        Add(metadata, name, value);
                    }
                }
                else if ((policy.Passes(header.Key) && !ConnectionOptions.Nominate(ownHop, header.Key)) || header.Key.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase))
                {
                    foreach (var value in header.Value)
                    {
                        Add(metadata, header.Key, value);
                    }
                }
            }

            AddTraceContext(metadata);
            return metadata;
        }

        foreach (var header in Context.Request.Headers)
        {
            var name = PrefixedName(header.Key) ?? header.Key;
            if (policy.Passes(name) && !ConnectionOptions.Nominate(ownHop, header.Key))
            {
                foreach (var value in header.Value)
                {
                    Add(metadata, name, value);
                }
            }
        }

        AddForwarded(metadata, peer);
        AddTraceContext(metadata);
        return metadata;
    }

    /// <summary>The name behind the prefix of grpc-gateway's clients, where the route reads it; the policy then judges that name. Else null.</summary>
    private string? PrefixedName(string header) =>
        Route.Settings.Options.Http.GrpcMetadata && header.Length > MetadataPrefix.Length && header.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase)
            ? header[MetadataPrefix.Length..].ToLowerInvariant()
            : null;

    /// <summary>Without an activity of our own the client's trace context crosses as it came; with one, the backend's client writes it.</summary>
    private void AddTraceContext(CallMetadata metadata)
    {
        var headers = Context.Request.Headers;
        if (Activity.Current is not null || headers.TraceParent.Count != 1)
        {
            return;
        }

        Add(metadata, "traceparent", headers.TraceParent[0]);
        Add(metadata, "tracestate", headers.TraceState.Count == 0 ? null : headers.TraceState.ToString());
        Add(metadata, "baggage", headers.Baggage.Count == 0 ? null : headers.Baggage.ToString());
    }

    /// <summary>Who called, as YARP's defaults tell a backend: what a client claims of it is replaced.</summary>
    private void AddForwarded(CallMetadata metadata, string? peer)
    {
        if (peer is not null)
        {
            metadata.Add("x-forwarded-for", peer);
        }

        var request = Context.Request;
        if (request.Host.Value is { Length: > 0 } host && MetadataText.IsValue(host))
        {
            metadata.Add("x-forwarded-host", host);
        }

        metadata.Add("x-forwarded-proto", request.Scheme);
    }

    private static void Add(CallMetadata metadata, string name, string? value)
    {
        // What is not printable ASCII cannot cross into every protocol, and must never end a line in one.
        if (value is not null && MetadataText.IsValue(value) && MetadataText.IsName(name))
        {
            metadata.Add(name, value);
        }
    }

    private static string RawTarget(HttpContext context)
    {
        var raw = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (raw is { Length: > 0 } && raw[0] == '/')
        {
            return raw;
        }

        // An absolute-form target (RFC 9112 §3.2.2): its path begins after the authority.
        if (raw is not null && Uri.TryCreate(raw, UriKind.Absolute, out var absolute))
        {
            return absolute.PathAndQuery;
        }

        return context.Request.Path.ToUriComponent() + context.Request.QueryString.ToUriComponent();
    }
}
