using System.Net;
using System.Net.WebSockets;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Schema;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Samples.Library;
using Samples.Library.V1;

namespace Gateway.IntegrationTests.Health;

/// <summary>YARP's active health checks, asked in the protocol of the cluster.</summary>
public sealed class ActiveHealthTests
{
    private const int TurnsOfARotation = 8;

    [Fact]
    public async Task ServerThatDoesNotServe_LeavesTheRotationAndComesBack()
    {
        await using var steady = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var moody = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var gateway = await RunningGateway.StartAsync(Behind(steady.Address.ToString(), moody.Address.ToString()));
        await UntilAsync(gateway, moody, isInRotation: true);

        moody.Health.SetStatus("", HealthCheckResponse.Types.ServingStatus.NotServing);
        await UntilAsync(gateway, moody, isInRotation: false);

        moody.Health.SetStatus("", HealthCheckResponse.Types.ServingStatus.Serving);
        await UntilAsync(gateway, moody, isInRotation: true);
    }

    [Fact]
    public async Task DeadServer_LeavesTheRotation()
    {
        await using var steady = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var dying = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var gateway = await RunningGateway.StartAsync(Behind(steady.Address.ToString(), dying.Address.ToString()));
        await UntilAsync(gateway, dying, isInRotation: true);
        await dying.KillAsync();

        await UntilAsync(gateway, dying, isInRotation: false);
    }

    [Fact]
    public async Task NobodyServes_CallsAreUnavailable()
    {
        await using var only = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var gateway = await RunningGateway.StartAsync(Behind(only.Address.ToString()));
        only.Health.SetStatus("", HealthCheckResponse.Types.ServingStatus.NotServing);
        (HttpResponseMessage Response, string Body) answer;
        using var patience = new CancellationTokenSource(Wait.Long);
        do
        {
            patience.Token.ThrowIfCancellationRequested();
            answer = await gateway.Http1.AskAsync(HttpMethod.Get, "/v1/behaviours/echo/hello");
        }
        while (answer.Response.StatusCode == HttpStatusCode.OK);

        var status = answer.AssertStatus(HttpStatusCode.ServiceUnavailable, code: 14);
        Assert.Contains("'all'", status.Message());

        // The same on the other edges, each in its own words.
        using var channel = GrpcChannel.ForAddress(gateway.Url, new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { UseProxy = false }, DisposeHttpClient = true });
        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await new Behaviours.BehavioursClient(channel).EchoAsync(new EchoRequest { Text = "grpc" }, cancellationToken: Wait.Token()));
        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        Assert.Contains("'all'", refused.Status.Detail);
        var (events, _) = await gateway.Http1.AskAsync(HttpMethod.Get, "/v1/behaviours:stream?count=1", null, ("Accept", "text/event-stream"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, events.StatusCode);
        using var socket = new ClientWebSocket();
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(gateway.Address("/library.v1.Behaviours/Chat", "ws"), Wait.Token()));
    }

    [Fact]
    public async Task ServerWithoutAHealthService_IsUp()
    {
        await using var server = await ReflectingServer.WithoutReflectionAsync();
        await using var judge = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var gateway = await RunningGateway.StartAsync(Behind(server.Address, judge.Address.ToString()));

        // The other server leaves by its own word: by then the one without a health service has been asked too.
        judge.Health.SetStatus("", HealthCheckResponse.Types.ServingStatus.NotServing);
        await UntilAsync(gateway, judge, isInRotation: false);

        var (response, body) = await gateway.Http1.AskAsync(HttpMethod.Get, "/v1/behaviours/echo/hello");
        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
    }

    [Fact]
    public async Task CommandThatVanishes_LeavesAndComesBack()
    {
        var directory = Directory.CreateTempSubdirectory("gateway-tool-");
        try
        {
            var tool = Path.Combine(directory.FullName, "tool");
            await File.WriteAllTextAsync(tool, "#!/bin/sh\nexec cat\n");
            File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await using var gateway = await RunningGateway.StartAsync($$"""
                { "ReverseProxy": {
                  "Routes": { "tool": { "ClusterId": "tool", "Match": { "Path": "/tool" } } },
                  "Clusters": { "tool": { "Protocol": "stdio", {{Checked}}, "Process": { "Command": "{{tool}}", "Lifetime": "request" } } }
                } }
                """);
            Assert.Equal(HttpStatusCode.OK, await RunToolAsync(gateway));

            File.Move(tool, tool + ".away");
            await UntilDestinationAsync(gateway, "unhealthy");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await RunToolAsync(gateway));

            File.Move(tool + ".away", tool);
            await UntilDestinationAsync(gateway, "healthy");
            Assert.Equal(HttpStatusCode.OK, await RunToolAsync(gateway));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private const string Checked = """
        "LoadBalancingPolicy": "RoundRobin",
        "HealthCheck": { "AvailableDestinationsPolicy": "HealthyAndUnknown", "Active": { "Enabled": true, "Interval": "00:00:00.05", "Timeout": "00:00:05", "Policy": "ConsecutiveFailures" } },
        "Metadata": { "ConsecutiveFailuresHealthPolicy.Threshold": "1" }
        """;

    /// <summary>Asks rotation after rotation under a new key until the server takes part, or does not.</summary>
    private static async Task UntilAsync(RunningGateway gateway, LibraryServer server, bool isInRotation)
    {
        using var patience = new CancellationTokenSource(Wait.Long);
        while (true)
        {
            patience.Token.ThrowIfCancellationRequested();
            var key = Guid.NewGuid().ToString("N");
            for (var i = 0; i < TurnsOfARotation; i++)
            {
                await gateway.Http1.AskAsync(HttpMethod.Get, $"/v1/behaviours/echo/hello?key={key}");
            }

            if (server.Ledger.State(key).Counters.Started > 0 == isInRotation)
            {
                return;
            }
        }
    }

    /// <summary>Scrapes until the cluster's one destination is in this state.</summary>
    private static async Task UntilDestinationAsync(RunningGateway gateway, string state)
    {
        using var admin = new HttpClient { BaseAddress = gateway.AdminUrl };
        using var patience = new CancellationTokenSource(Wait.Long);
        string metrics;
        do
        {
            metrics = await admin.GetStringAsync("/metrics", patience.Token);
        }
        while (!metrics.Contains($"gateway_destinations{{cluster=\"tool\",state=\"{state}\"}} 1", StringComparison.Ordinal));
    }

    private static async Task<HttpStatusCode> RunToolAsync(RunningGateway gateway) =>
        (await gateway.Http1.AskAsync(HttpMethod.Post, "/tool", new StringContent("hello\n"))).Response.StatusCode;

    private static string Behind(params string[] addresses) => $$"""
        { "ReverseProxy": {
          "Routes": {
            "all": { "ClusterId": "all", "Match": { "Path": "/v1/{**path}" } },
            "rpc": { "ClusterId": "all", "Match": { "Path": "/library.v1.Behaviours/{method}" } } },
          "Clusters": { "all": { "Protocol": "grpc", "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ] }, {{Checked}},
            "Destinations": { {{string.Join(", ", addresses.Select((address, i) => $"\"d{i}\": {{ \"Address\": \"{address}\" }}"))}} } } }
        } }
        """;
}
