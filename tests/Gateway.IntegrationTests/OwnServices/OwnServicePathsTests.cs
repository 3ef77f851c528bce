using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Gateway.IntegrationTests.Hosting;
using Grpc.Core;
using Grpc.Health.V1;
using Samples.Library;

namespace Gateway.IntegrationTests.OwnServices;

/// <summary>Who answers a call to reflection or health: the gateway, or the route that took the request. And over which wires.</summary>
public sealed class OwnServicePathsTests : IDisposable
{
    private const string Backend = "library.v1.Library";

    private readonly OwnProtos _protos = new();

    public void Dispose() => _protos.Dispose();

    /// <summary>A plain proxy before a gRPC server stays one.</summary>
    [Theory]
    [InlineData("\"Protocol\": \"grpc\",")]
    [InlineData("\"HttpRequest\": { \"Version\": \"2\", \"VersionPolicy\": \"RequestVersionExact\" },")]
    public async Task CatchAllWithoutSchema_KeepsItsCalls(string keys)
    {
        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        var plain = $$""" "plain": { {{keys}} "Destinations": { "a": { "Address": "{{library.Address}}" } } } """;
        await using var gateway = await RunningGateway.StartAsync(OwnProtos.Configuration(OwnProtos.Route("all", "plain", "/{**all}"), plain));
        using var caller = new ReflectionCaller(gateway.Url);
        Assert.Contains(Backend, await caller.ListAsync());

        // Also beside a route that has a schema.
        var routes = $"{OwnProtos.Route("all", "plain", "/{**all}")}, {OwnProtos.Route("zoo", "zoo", "/zoo.Animals/{method}")}";
        Assert.Empty(await gateway.ReloadAsync(OwnProtos.Configuration(routes, $"{plain}, {_protos.Cluster("zoo", "a")}")));
        Assert.Contains(Backend, await caller.ListAsync());
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await CheckAsync(caller, Backend));
    }

    [Fact]
    public async Task RouteThatNamesTheService_KeepsIt()
    {
        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        var routes = $"{OwnProtos.Route("named", "plain", "/grpc.reflection.v1.ServerReflection/{**all}")}, {OwnProtos.Route("zoo", "zoo", "/{**all}")}";
        await using var gateway = await RunningGateway.StartAsync(OwnProtos.Configuration(routes, $"{OwnProtos.Plain("plain", library.Address.ToString())}, {_protos.Cluster("zoo", "a")}"));
        using var caller = new ReflectionCaller(gateway.Url);

        Assert.Contains(Backend, await caller.ListAsync());
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await CheckAsync(caller, "zoo.Animals"));
    }

    /// <summary>What somebody has declared to be behind a route is behind it; what is merely reflected with the rest is not.</summary>
    [Fact]
    public async Task DeclaredSchemaWithTheService_KeepsIt()
    {
        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var gateway = await RunningGateway.StartAsync(OwnProtos.Configuration(OwnProtos.Route("all", "own", "/{**all}"), _protos.Cluster("own", "c", library.Address.ToString())));
        using var caller = new ReflectionCaller(gateway.Url);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await CheckAsync(caller, Backend));
        Assert.Equal(OwnProtos.Own, await caller.ListAsync());

        var reflecting = $$""" "own": { "Protocol": "grpc", "Schema": { "Reflection": true }, "Destinations": { "a": { "Address": "{{library.Address}}" } } } """;
        Assert.Empty(await gateway.ReloadAsync(OwnProtos.Configuration(OwnProtos.Route("all", "own", "/{**all}"), reflecting)));
        library.Health.SetStatus(Backend, HealthCheckResponse.Types.ServingStatus.NotServing);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await CheckAsync(caller, Backend));
    }

    /// <summary>A server of web pages is asked in HTTP/1.1 or its route lists its edges: no gRPC goes there, the call is ours though its path matches.</summary>
    [Theory]
    [InlineData("")]
    [InlineData(""", "Edges": ["http"] """)]
    public async Task CatchAllOfPages_LeavesCallsToTheGateway(string edges)
    {
        await using var pages = await PlainServer.StartAsync("a page");
        var routes = $$"""{{OwnProtos.Route("pages", "pages", "/{**all}", edges)}}, {{OwnProtos.Route("zoo", "zoo", "/zoo.Animals/{method}")}}""";
        await using var gateway = await RunningGateway.StartAsync(OwnProtos.Configuration(
            routes, $$""" "pages": { "Destinations": { "a": { "Address": "{{pages.Address}}" } } }, {{_protos.Cluster("zoo", "a")}}"""));
        using var caller = new ReflectionCaller(gateway.Url);

        Assert.Contains("zoo.Animals", await caller.ListAsync());
        var (page, _) = await gateway.Http1.AskAsync(HttpMethod.Get, "/grpc.health.v1.Health/Check");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData(""" "Grpc": { "Reflection": false, "Health": false }, """)]
    public async Task NothingToTell_NothingIsServed(string top)
    {
        var cluster = top.Length == 0 ? OwnProtos.Plain("zoo", "http://127.0.0.1:9") : _protos.Cluster("zoo", "a");
        await using var gateway = await RunningGateway.StartAsync(OwnProtos.Configuration(OwnProtos.Route("zoo", "zoo", "/zoo.Animals/{method}"), cluster, top));
        using var caller = new ReflectionCaller(gateway.Url);

        Assert.Equal(StatusCode.Unimplemented, await caller.RefusalAsync());
    }

    [Fact]
    public async Task Http11_IsRefusedAsByTheEdge()
    {
        await using var gateway = await RunningGateway.StartAsync(_protos.Zoo());

        var (status, _) = await PostAsync(gateway.Http1, "/grpc.health.v1.Health/Check", "application/grpc", [0, 0, 0, 0, 0]);

        Assert.Equal(HttpStatusCode.UpgradeRequired, status);
    }

    [Fact]
    public async Task Connect_ChecksInJson()
    {
        await using var gateway = await RunningGateway.StartAsync(_protos.Zoo());

        var (status, body) = await PostAsync(gateway.Http1, "/grpc.health.v1.Health/Check", "application/json", "{\"service\":\"zoo.Animals\"}"u8.ToArray(), ("Connect-Protocol-Version", "1"));
        Assert.Equal((HttpStatusCode.OK, """{"status":"SERVING"}"""), (status, Encoding.UTF8.GetString(body)));

        (status, body) = await PostAsync(gateway.Http1, "/grpc.health.v1.Health/List", "application/json", "{}"u8.ToArray(), ("Connect-Protocol-Version", "1"));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("SERVING", JsonDocument.Parse(body).RootElement.GetProperty("statuses").GetProperty("zoo.Animals").GetProperty("status").GetString());
    }

    [Fact]
    public async Task GrpcWeb_Reflects()
    {
        await using var gateway = await RunningGateway.StartAsync(_protos.Zoo());

        // list_services (7) = "*".
        var (status, body) = await PostAsync(gateway.Http1, "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "application/grpc-web+proto", [0, 0, 0, 0, 3, 0x3A, 1, (byte)'*']);

        Assert.Equal(HttpStatusCode.OK, status);
        var text = Encoding.Latin1.GetString(body);
        Assert.Contains("zoo.Animals", text);
        Assert.Contains("grpc-status:0", text.Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Calls_AreCounted()
    {
        await using var gateway = await RunningGateway.StartAsync(_protos.Zoo());
        using var caller = new ReflectionCaller(gateway.Url);
        await caller.ListAsync();
        using var admin = new HttpClient();

        Assert.Contains("gateway_route=\"(gateway)\"", await admin.GetStringAsync(new Uri(gateway.AdminUrl, "/metrics"), Wait.Token()));
    }

    [Fact]
    public async Task SpoiltRequest_IsInvalidArgument()
    {
        await using var gateway = await RunningGateway.StartAsync(_protos.Zoo());

        var (status, body) = await PostAsync(gateway.Http1, "/grpc.health.v1.Health/Check", "application/proto", [0x0A, 9]);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("\"invalid_argument\"", Encoding.UTF8.GetString(body));
    }

    private static async Task<HealthCheckResponse.Types.ServingStatus> CheckAsync(ReflectionCaller caller, string service) =>
        (await new Grpc.Health.V1.Health.HealthClient(caller.Channel).CheckAsync(new HealthCheckRequest { Service = service }, cancellationToken: Wait.Token())).Status;

    private static async Task<(HttpStatusCode Status, byte[] Body)> PostAsync(HttpClient client, string path, string type, byte[] body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy, Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var response = await client.SendAsync(request, Wait.Token());
        return (response.StatusCode, await response.Content.ReadAsByteArrayAsync(Wait.Token()));
    }
}
