using System.Net;
using System.Net.Sockets;
using Gateway.IntegrationTests.Hosting;
using Samples.Library;

namespace Gateway.IntegrationTests.Schema;

/// <summary>A cluster that asks its backend what it serves: `"Schema": { "Reflection": true }`.</summary>
public sealed class ReflectionTests
{
    [Fact]
    public async Task SampleServer_ServesRestOverItsReflectedSchema()
    {
        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var gateway = await RunningGateway.StartAsync(Configuration(library.Address.ToString()));

        await AssertEchoesAsync(gateway);
        var (response, body) = await gateway.Http1.AskAsync(HttpMethod.Get, "/v1/books?pageSize=1");
        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
        Assert.Contains("\"books\"", body);
    }

    [Fact]
    public async Task ServerWithOnlyV1_Serves()
    {
        await using var server = await ReflectingServer.OnlyV1Async();
        await using var gateway = await RunningGateway.StartAsync(Configuration(server.Address));
        await AssertEchoesAsync(gateway);
    }

    [Fact]
    public async Task ServerWithOnlyV1Alpha_Serves()
    {
        await using var server = await ReflectingServer.OnlyV1AlphaAsync();
        await using var gateway = await RunningGateway.StartAsync(Configuration(server.Address));
        await AssertEchoesAsync(gateway);
    }

    [Fact]
    public async Task FirstDestinationDown_TheSecondIsAsked()
    {
        var down = UnusedAddress();
        await using var server = await ReflectingServer.OnlyV1Async();
        await using var gateway = await RunningGateway.StartAsync(Configuration(down, server.Address));
        var (response, body) = await gateway.Http1.AskAsync(HttpMethod.Get, "/v1/behaviours/echo/hello");
        Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadGateway, body);
    }

    [Fact]
    public async Task BackendDown_IsAProblemThatNamesAddressAndCause()
    {
        var down = UnusedAddress();
        var problem = await RefusalAsync(down);
        Assert.Contains("ReverseProxy:Clusters:library:Schema:Reflection", problem);
        Assert.Contains(down, problem);
        Assert.Contains("cannot be reached", problem);
        Assert.Contains("Connection refused", problem);
        Assert.Contains("gateway.json:", problem);
    }

    [Fact]
    public async Task ServerWithoutReflection_IsAProblemThatSaysSo()
    {
        await using var server = await ReflectingServer.WithoutReflectionAsync();
        var problem = await RefusalAsync(server.Address);
        Assert.Contains(server.Address, problem);
        Assert.Contains("has no reflection", problem);
    }

    [Fact]
    public async Task ServerThatIsNotGrpc_IsAProblemThatNamesIt()
    {
        await using var server = await PlainServer.StartAsync("plain");
        var problem = await RefusalAsync(server.Address);
        Assert.Contains(server.Address, problem);
        Assert.Contains("gave its schema", problem);
    }

    [Fact]
    public async Task ReloadWhileTheBackendIsDown_KeepsTheLastGoodAnswer()
    {
        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var other = await PlainServer.StartAsync("other");
        await using var gateway = await RunningGateway.StartAsync(Configuration(library.Address.ToString()));
        await AssertEchoesAsync(gateway);
        await library.KillAsync();

        var problems = await gateway.ReloadAsync(Configuration(
            [library.Address.ToString()], """, "plain": { "ClusterId": "plain", "Match": { "Path": "/plain" } }""", $$""", "plain": { "Destinations": { "a": { "Address": "{{other.Address}}" } } }"""));

        Assert.Empty(problems);
        var (response, _) = await gateway.Http1.AskAsync(HttpMethod.Get, "/plain");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        // The schema is still known: the call is understood, and only then nobody is there.
        var (down, body) = await gateway.Http1.AskAsync(HttpMethod.Get, "/v1/behaviours/echo/hello");
        Assert.True(down.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable, $"{down.StatusCode}: {body}");
    }

    private static async Task AssertEchoesAsync(RunningGateway gateway)
    {
        var (response, body) = await gateway.Http1.AskAsync(HttpMethod.Get, "/v1/behaviours/echo/hello");
        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
        Assert.Contains("\"text\":\"hello\"", body);
    }

    private static async Task<string> RefusalAsync(string address)
    {
        var refusal = await Assert.ThrowsAsync<GatewayConfigException>(() => RunningGateway.StartAsync(Configuration(address)));
        return Assert.Single(refusal.Problems).ToString();
    }

    /// <summary>A port that was free a moment ago.</summary>
    private static string UnusedAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
    }

    private static string Configuration(params string[] addresses) => Configuration(addresses, "", "");

    private static string Configuration(string[] addresses, string moreRoutes, string moreClusters) => $$"""
        { "ReverseProxy": {
          "Routes": { "all": { "ClusterId": "library", "Match": { "Path": "/v1/{**path}" } }{{moreRoutes}} },
          "Clusters": { "library": { "Protocol": "grpc", "Schema": { "Reflection": true },
            "Destinations": { {{string.Join(", ", addresses.Select((address, i) => $"\"d{i}\": {{ \"Address\": \"{address}\" }}"))}} } }{{moreClusters}} }
        } }
        """;
}
