using System.Net;
using Gateway.IntegrationTests.Hosting;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Resilience;

/// <summary>An event stream that another server can give is asked for there, as long as the client has had nothing of it.</summary>
public sealed class EventStreamRetryTests
{
    [Theory]
    [InlineData("GET", HttpStatusCode.OK)]
    [InlineData("POST", HttpStatusCode.ServiceUnavailable)]
    public async Task RefusalBeforeTheFirstEvent_GoesToTheNextServer(string verb, HttpStatusCode expected)
    {
        await using var busy = await ScriptedServer.StartAsync(http2: false, static (context, _) =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        await using var live = await ScriptedServer.StartAsync(http2: false, static (context, _) =>
        {
            context.Response.ContentType = "text/event-stream";
            return context.Response.WriteAsync("data: {\"n\":1}\n\nevent: end\ndata: {}\n\n");
        });
        await using var gateway = await RunningGateway.StartAsync($$"""
            { "ReverseProxy": {
                "Routes": { "feed": { "ClusterId": "feed", "Match": { "Path": "/{**path}" } } },
                "Clusters": { "feed": { "Protocol": "sse", "LoadBalancingPolicy": "FirstAlphabetical",
                  "Resilience": { "Retry": { "Backoff": "00:00:00" } },
                  "Destinations": { "a": { "Address": "{{busy.Address}}" }, "b": { "Address": "{{live.Address}}" } } } } } }
            """);

        var (response, body) = await gateway.Http1.AskAsync(new HttpMethod(verb), "/feed", verb == "POST" ? new StringContent("x") : null);

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(expected == HttpStatusCode.OK, body.Contains("\"n\":1", StringComparison.Ordinal));
        Assert.Single(busy.Requests);
        Assert.Equal(expected == HttpStatusCode.OK ? 1 : 0, live.Requests.Count);
    }
}
