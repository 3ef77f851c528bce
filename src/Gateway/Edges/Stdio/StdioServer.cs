using System.IO.Pipelines;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Transcoders.Calls;
using Transcoders.Http;

namespace Gateway.Edges.Stdio;

/// <summary>
/// The server of a gateway that has no sockets: calls of the stdio edge enter the same pipeline as requests do, each as an HttpContext
/// of its own. Calls may run side by side.
/// </summary>
internal sealed partial class StdioServer : IServer
{
    private Func<IFeatureCollection, Task>? _run;

    public IFeatureCollection Features { get; } = new FeatureCollection();

    /// <summary>Hears of what the pipeline throws. The server is made before the host that has the log.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        _run = features => RunAsync(application, features);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
    }

    /// <summary>Carries a call to its end; it does not throw. Disposing it stays with the caller.</summary>
    /// <returns>How it ended, also when no route took it.</returns>
    public async Task<CallStatus> CallAsync(StdioCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        var run = _run ?? throw new InvalidOperationException("The server has not started.");
        var response = new HttpResponseFeature();
        try
        {
            await run(MakeFeatures(call, response));
        }
        catch (Exception e)
        {
            StdioCallBroke(Logger, e, call.Target);
            return new CallStatus(StatusCode.Internal, "The gateway failed to carry this call.");
        }

        // A step before the edge answered in HTTP: routing, a policy, or a limit.
        return call.Status ?? new CallStatus(HttpStatusMapping.FromHttp(response.StatusCode), Describe(response.StatusCode, call)) { HttpStatus = response.StatusCode };
    }

    private static async Task RunAsync<TContext>(IHttpApplication<TContext> application, IFeatureCollection features)
        where TContext : notnull
    {
        var context = application.CreateContext(features);
        Exception? failure = null;
        try
        {
            await application.ProcessRequestAsync(context);
        }
        catch (Exception e)
        {
            failure = e;
            throw;
        }
        finally
        {
            application.DisposeContext(context, failure);
        }
    }

    private static string Describe(int status, StdioCall call) => status switch
    {
        StatusCodes.Status404NotFound => $"No route matches {call.Verb} {call.Target}.",
        StatusCodes.Status405MethodNotAllowed => $"No route takes {call.Verb} on {call.Target}.",
        StatusCodes.Status401Unauthorized => "The route wants a client that has proven who it is.",
        StatusCodes.Status403Forbidden => "A policy of the route refused the call.",
        StatusCodes.Status429TooManyRequests => "A limit of the route was reached.",
        StatusCodes.Status503ServiceUnavailable => "No destination is available.",
        StatusCodes.Status504GatewayTimeout => "The route's timeout has passed.",
        _ => $"The call was answered with HTTP status {status} before it reached a backend.",
    };

    private static FeatureCollection MakeFeatures(StdioCall call, HttpResponseFeature response)
    {
        var question = call.Target.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? call.Target : call.Target[..question];
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Protocol = "HTTP/1.1",
            Scheme = "http",
            Method = call.Verb,
            RawTarget = call.Target,
            Path = PathString.FromUriComponent(path).Value ?? "/",
            QueryString = question < 0 ? "" : call.Target[question..],
            Headers = call.Headers,
            Body = Stream.Null,
        });
        features.Set<IHttpResponseFeature>(response);
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        var adapter = new Adapter(call);
        features.Set<IRequestBodyPipeFeature>(adapter);
        features.Set<IHttpRequestBodyDetectionFeature>(adapter);
        features.Set<IHttpRequestLifetimeFeature>(adapter);
        features.Set(call);
        if (call.Endpoint is not null)
        {
            adapter.Endpoint = call.Endpoint;
            features.Set<IEndpointFeature>(adapter);
        }

        return features;
    }

    [LoggerMessage(121, LogLevel.Error, "StdioCallBroke: {Target}")]
    private static partial void StdioCallBroke(ILogger logger, Exception exception, string target);

    /// <summary>The call, as the features that a pipeline asks for.</summary>
    private sealed class Adapter(StdioCall call) : IRequestBodyPipeFeature, IHttpRequestBodyDetectionFeature, IHttpRequestLifetimeFeature, IEndpointFeature
    {
        public PipeReader Reader => call.Body;

        public bool CanHaveBody => true;

        public CancellationToken RequestAborted { get; set; } = call.Aborted;

        public Endpoint? Endpoint { get; set; }

        public void Abort() => call.Abort();
    }
}
