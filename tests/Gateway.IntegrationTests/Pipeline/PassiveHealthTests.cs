using System.Net;
using Gateway.IntegrationTests.Hosting;
using Samples.Library;

namespace Gateway.IntegrationTests.Pipeline;

/// <summary>What becomes of calls is what YARP's passive health judges by.</summary>
public sealed class PassiveHealthTests
{
    [Fact]
    public async Task DeadServer_LeavesTheRotation()
    {
        await using var alive = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var dying = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var gateway = await RunningGateway.StartAsync(Configuration(alive, dying));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(gateway));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(gateway));
        await dying.KillAsync();

        var failures = 0;
        var inARow = 0;
        for (var i = 0; i < 100 && inARow < 10; i++)
        {
            var status = await AskAsync(gateway);
            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.BadGateway, $"{status}");
            failures += status == HttpStatusCode.OK ? 0 : 1;
            inARow = status == HttpStatusCode.OK ? inARow + 1 : 0;
        }

        Assert.True(failures > 0, "Round robin never met the dead server.");
        Assert.Equal(10, inARow);
    }

    [Fact]
    public async Task FailuresOfTheCallItself_DoNotSpeakAgainstTheServer()
    {
        await using var only = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var gateway = await RunningGateway.StartAsync(Configuration(only, only));
        for (var i = 0; i < 20; i++)
        {
            var (response, _) = await gateway.Http1.AskAsync(HttpMethod.Get, "/v1/behaviours:fail?failure.code=14");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        }

        Assert.Equal(HttpStatusCode.OK, await AskAsync(gateway));
    }

    private static async Task<HttpStatusCode> AskAsync(RunningGateway gateway) =>
        (await gateway.Http1.AskAsync(HttpMethod.Get, "/v1/behaviours/echo/a")).Response.StatusCode;

    private static string Configuration(LibraryServer a, LibraryServer b) => $$"""
        { "ReverseProxy": {
          "Routes": { "all": { "ClusterId": "two", "Match": { "Path": "/v1/{**path}" } } },
          "Clusters": { "two": {
            "Protocol": "grpc", "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ] }, "LoadBalancingPolicy": "RoundRobin",
            "HealthCheck": { "Passive": { "Enabled": true, "Policy": "TransportFailureRate", "ReactivationPeriod": "01:00:00" } },
            "Destinations": { "a": { "Address": "{{a.Address}}" }, "b": { "Address": "{{b.Address}}" } } } }
        } }
        """;
}
