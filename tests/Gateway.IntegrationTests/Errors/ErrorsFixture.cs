using System.Globalization;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Resilience;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Errors;

/// <summary>Routes whose failures have different shapes, and a REST server that answers 503 as the last segment of the path says.</summary>
public sealed class ErrorsFixture : GatewayFixture
{
    private ScriptedServer? _rest;
    private (string Address, System.Net.Sockets.Socket Holder) _dead;

    internal string Schema => Protos.Library;

    protected override async Task PrepareAsync()
    {
        _rest = await ScriptedServer.StartAsync(http2: false, AnswerAsync);
        _dead = ScriptedServer.Dead();
    }

    protected override async Task StopAsync()
    {
        await _rest!.DisposeAsync();
        _dead.Holder.Dispose();
    }

    protected override string Configuration() => $$"""
        { "ReverseProxy": {
            "Routes": {
              "google":  { "ClusterId": "library", "Match": { "Path": "/v1/{**path}" } },
              {{Route("aip", "library", """ "Http": { "ErrorFormat": "aip-193" } """)}},
              {{Route("problem", "library", """ "Http": { "ErrorFormat": "problem" }, "Limits": { "MessageSize": 1000 } """)}},
              {{Route("dead", "dead", "")}},
              {{Route("rest", "rest", "")}},
              {{Route("plain", "plain", "")}},
              "rpc":     { "ClusterId": "rest", "Match": { "Path": "/library.v1.Library/{method}" } },
              "private": { "ClusterId": "library", "Match": { "Path": "/private" }, "AuthorizationPolicy": "Default" },
              "posted":  { "ClusterId": "library", "Match": { "Path": "/posted", "Methods": [ "POST" ] } } },
            "Clusters": {
              "library": {{LibraryCluster()}},
              "dead":    {{LibraryCluster(_dead.Address)}},
              "plain":   { "Destinations": { "a": { "Address": "{{_dead.Address}}" } } },
              "rest":    { "Protocol": "http", "Schema": { "DescriptorSets": [ "{{Schema}}" ] }, "Destinations": { "a": { "Address": "{{_rest!.Address}}" } } } } } }
        """;

    private static string Route(string name, string cluster, string options) => $$"""
        "{{name}}": { "ClusterId": "{{cluster}}", "Match": { "Path": "/{{name}}/{**path}" }, "Transforms": [ { "PathRemovePrefix": "/{{name}}" } ], "Options": { {{options}} } }
        """;

    private static Task AnswerAsync(HttpContext context, int number)
    {
        context.Response.StatusCode = 503;
        context.Response.ContentType = "application/json";
        context.Response.Headers.WWWAuthenticate = new(["Basic realm=\"a\"", "Bearer"]);
        switch (context.Request.Path.Value!.Split('/')[^1])
        {
            case "seconds":
                context.Response.Headers.RetryAfter = "7";
                break;
            case "date":
                context.Response.Headers.RetryAfter = DateTimeOffset.UtcNow.AddHours(1).ToString("r", CultureInfo.InvariantCulture);
                break;
            case "detail":
                return context.Response.WriteAsync("""{"error":{"code":503,"status":"UNAVAILABLE","message":"m","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"2.001s"}]}}""");
            case "login":
                context.Response.StatusCode = 401;
                break;
        }

        return Task.CompletedTask;
    }
}
