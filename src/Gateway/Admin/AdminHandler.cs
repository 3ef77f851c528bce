using Gateway.Dispatch;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Admin;

/// <summary>Answers one request to the admin port.</summary>
/// <remarks>Straight on the server, with no host in between: its requests make no spans and are not in the proxy's HTTP metrics.</remarks>
internal sealed partial class AdminHandler(AdminSources sources, ILogger logger) : IHttpApplication<HttpContext>
{
    private const string RoutePrefix = "/routes/";

    /// <summary>Set before the port is bound; nothing passes without it.</summary>
    public HostCheck? Hosts { get; set; }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        var request = context.Request;
        if (Hosts?.Passes(request.Host, context.Connection.LocalIpAddress) != true)
        {
            await AdminResponses.ErrorAsync(context, StatusCodes.Status421MisdirectedRequest, "The Host header must name this machine: 127.0.0.1, [::1] or localhost.");
            return;
        }

        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            await AdminResponses.ErrorAsync(context, StatusCodes.Status405MethodNotAllowed, "The admin port answers GET and HEAD only.");
            return;
        }

        try
        {
            await AnswerAsync(context);
        }
        catch (Exception e) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            AdminRequestFailed(logger, e, request.Path);
            await AdminResponses.ErrorAsync(context, StatusCodes.Status500InternalServerError, "The answer could not be made; the log says why.");
        }
    }

    private Task AnswerAsync(HttpContext context) => context.Request.Path.Value switch
    {
        "/" => PageAsync(context),
        "/health/live" => AdminResponses.JsonAsync(context, StatusCodes.Status200OK, static json =>
        {
            json.WriteStartObject();
            json.WriteString("status", "live");
            json.WriteEndObject();
        }),
        "/health/ready" => ReadyAsync(context),
        "/metrics" => MetricsAsync(context),
        "/routes" => AdminResponses.JsonAsync(context, StatusCodes.Status200OK, sources.Routes),
        "/config" => AdminResponses.JsonAsync(context, StatusCodes.Status200OK, json => AdminJson.WriteConfig(json, sources.Reload.Now)),
        "/calls" => AdminResponses.JsonAsync(context, StatusCodes.Status200OK, json => AdminJson.WriteCalls(json, sources.Calls, sources.Clock)),
        "/processes" => AdminResponses.JsonAsync(context, StatusCodes.Status200OK, json => AdminJson.WriteProcesses(json, sources.Processes, sources.Clock)),
        { } path when path.StartsWith(RoutePrefix, StringComparison.Ordinal) && Describe(path[RoutePrefix.Length..]) is { } document => DocumentAsync(context, document),
        _ => AdminResponses.ErrorAsync(context, StatusCodes.Status404NotFound,
            "Nothing here. There are /, /health/live, /health/ready, /metrics, /routes, /config, /calls and /processes, and for a route with a schema /routes/ID/openapi.json and /routes/ID/asyncapi.json."),
    };

    /// <summary>The document of `ID/openapi.json` or `ID/asyncapi.json`; null when there is none.</summary>
    private DescribedDocument? Describe(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash < 0 || sources.Description(path[..slash]) is not { } description ? null
            : path[slash..] switch
            {
                "/openapi.json" => description.OpenApi,
                "/asyncapi.json" => description.AsyncApi,
                _ => null,
            };
    }

    private static Task DocumentAsync(HttpContext context, DescribedDocument document) => document.Problem is { } problem
        ? AdminResponses.ErrorAsync(context, StatusCodes.Status501NotImplemented, problem)
        : AdminResponses.BytesAsync(context, StatusCodes.Status200OK, "application/json", document.Content);

    private Task ReadyAsync(HttpContext context)
    {
        var reasons = sources.Readiness.Reasons();
        var status = reasons.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return AdminResponses.JsonAsync(context, status, json => AdminJson.WriteReadiness(json, reasons));
    }

    private async Task MetricsAsync(HttpContext context)
    {
        var text = await sources.Metrics.ScrapeAsync().WaitAsync(context.RequestAborted);
        await AdminResponses.BytesAsync(context, StatusCodes.Status200OK, PrometheusExporter.ContentType, text);
    }

    private static Task PageAsync(HttpContext context)
    {
        context.Response.Headers.ContentSecurityPolicy = ConsolePage.Policy;
        return AdminResponses.BytesAsync(context, StatusCodes.Status200OK, "text/html; charset=utf-8", ConsolePage.Html);
    }

    [LoggerMessage(701, LogLevel.Error, "AdminRequestFailed: {Path}")]
    private static partial void AdminRequestFailed(ILogger logger, Exception exception, string path);
}
