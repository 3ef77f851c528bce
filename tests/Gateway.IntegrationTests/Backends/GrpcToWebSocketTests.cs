using Gateway.IntegrationTests.Hosting;
using Grpc.Core;
using Grpc.Net.Client;
using Samples.Library.V1;

namespace Gateway.IntegrationTests.Backends;

/// <summary>
/// gRPC in front of WebSocket servers. The server is a gateway's own WebSocket edge before the Library: what crosses both has crossed the envelope,
/// and the raw socket, from either side. Source: PROTOCOLS §10.7 cell 10.
/// </summary>
public sealed class GrpcToWebSocketTests(GrpcToWebSocketTests.TwoGateways fixture) : GatewayTest<GrpcToWebSocketTests.TwoGateways>(fixture)
{
    public static TheoryData<string> Routes => ["envelope", "raw", "binary"];

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Unary_Passes(string route)
    {
        using var channel = Fixture.Channel(route, out var client);

        var reply = await client.EchoAsync(new EchoRequest { Key = Key, Text = "hi", Payload = Google.Protobuf.ByteString.CopyFrom(0, 255) }, TwoGateways.Headers(route), deadline: Deadline);

        Assert.Equal("hi", reply.Text);
        Assert.Equal(2, reply.Payload.Length);
        Assert.Contains(reply.Metadata, static header => header is { Key: "x-team", Value: "red" });
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Failure_KeepsStatusAndDetails(string route)
    {
        using var channel = Fixture.Channel(route, out var client);

        var failure = await Assert.ThrowsAsync<RpcException>(() => client.FailAsync(
            new FailRequest { Key = Key, Failure = new Failure { Code = 9, Message = "not now", Details = true } }, TwoGateways.Headers(route), deadline: Deadline).ResponseAsync);

        Assert.Equal(StatusCode.FailedPrecondition, failure.StatusCode);
        Assert.Equal("not now", failure.Status.Detail);
        Assert.NotNull(failure.Trailers.GetValueBytes("grpc-status-details-bin"));
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task ServerStream_Passes_AndEndsAsTold(string route)
    {
        using var channel = Fixture.Channel(route, out var client);
        using var call = client.Stream(new StreamRequest { Key = Key, Count = 3, Failure = new Failure { Code = 5, Message = "gone" } }, TwoGateways.Headers(route), deadline: Deadline);

        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            for (var i = 0; i < 4; i++)
            {
                Assert.True(await call.ResponseStream.MoveNext(Wait.Token()));
                Assert.Equal(i, call.ResponseStream.Current.Index);
            }
        });

        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
        Assert.Equal("gone", failure.Status.Detail);
    }

    [Theory]
    [InlineData("envelope")]
    [InlineData("raw")]
    public async Task ClientStream_EndsWithTheHalfClose(string route)
    {
        using var channel = Fixture.Channel(route, out var client);
        using var call = client.Collect(TwoGateways.Headers(route), deadline: Deadline);
        foreach (var text in (string[])["a", "b"])
        {
            await call.RequestStream.WriteAsync(new CollectRequest { Key = Key, Text = text }, Wait.Token());
        }

        await call.RequestStream.CompleteAsync();

        Assert.Equal(["a", "b"], (await call.ResponseAsync).Texts);
    }

    [Theory]
    [InlineData("envelope")]
    [InlineData("raw")]
    public async Task Duplex_FlowsBothWays_AndHalfCloses(string route)
    {
        using var channel = Fixture.Channel(route, out var client);
        using var call = client.Chat(TwoGateways.Headers(route), deadline: Deadline);
        foreach (var text in (string[])["a", "b"])
        {
            await call.RequestStream.WriteAsync(new ChatMessage { Key = Key, Text = text }, Wait.Token());
            Assert.True(await call.ResponseStream.MoveNext(Wait.Token()));
            Assert.Equal(text, call.ResponseStream.Current.Text);
        }

        await call.RequestStream.CompleteAsync();

        Assert.False(await call.ResponseStream.MoveNext(Wait.Token()));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Envelope_KeepsHeadersAndTrailers()
    {
        using var channel = Fixture.Channel("envelope", out var client);
        using var call = client.EchoAsync(
            new EchoRequest { Key = Key, Text = "hi", ReplyHeaders = { ["x-head"] = "1" }, ReplyTrailers = { ["x-tail"] = "2" } }, TwoGateways.Headers("envelope"), deadline: Deadline);

        await call.ResponseAsync;

        Assert.Equal("1", (await call.ResponseHeadersAsync).GetValue("x-head"));
        Assert.Equal("2", call.GetTrailers().GetValue("x-tail"));
    }

    [Fact]
    public async Task Cancellation_ReachesTheServer()
    {
        using var channel = Fixture.Channel("envelope", out var client);
        using var call = client.Chat(TwoGateways.Headers("envelope"));
        await call.RequestStream.WriteAsync(new ChatMessage { Key = Key, Text = "a" }, Wait.Token());
        Assert.True(await call.ResponseStream.MoveNext(Wait.Token()));

        call.Dispose();

        await Fixture.Library.Ledger.WaitAsync(Key, static counters => counters is { Started: 1, Active: 0, Cancelled: 1 }, Wait.Token());
    }

    [Fact]
    public async Task PathTemplate_IsFilledInFromTheRequest()
    {
        using var channel = Fixture.Channel("template", out var client);

        var reply = await client.EchoAsync(new EchoRequest { Key = Key, Text = "Echo" }, TwoGateways.Headers("template"), deadline: Deadline);
        var missing = await Assert.ThrowsAsync<RpcException>(() => client.EchoAsync(new EchoRequest { Key = Key }, TwoGateways.Headers("template"), deadline: Deadline).ResponseAsync);

        Assert.Equal("Echo", reply.Text);
        Assert.Equal(StatusCode.InvalidArgument, missing.StatusCode);
        Assert.Contains("'text'", missing.Status.Detail);
    }

    [Fact]
    public async Task ClientStream_WithoutAHalfClose_IsRefusedAtLoad()
    {
        var problems = await Gateway.ReloadAsync($$"""
            { "ReverseProxy": {
              "Routes": { "a": { "ClusterId": "a", "Edges": [ "grpc" ], "Match": { "Path": "/{**path}" } } },
              "Clusters": { "a": { "Protocol": "websocket", "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ] },
                "WebSocket": { "Path": "talk", "CloseCodes": { "999": "OK", "4001": "NO" }, "HalfClose": "message" },
                "Destinations": { "a": { "Address": "ws://127.0.0.1:1" } } } }
            } }
            """);

        Assert.Equal(4, problems.Count);
        using var channel = Fixture.Channel("none", out var client);
        using var call = client.Collect(TwoGateways.Headers("none"), deadline: Deadline);
        var refusal = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal(StatusCode.Unimplemented, refusal.StatusCode);
        Assert.Contains("set WebSocket:HalfClose", refusal.Status.Detail);
    }

    private static DateTime Deadline => DateTime.UtcNow + Wait.Long;

    /// <summary>A second gateway, whose WebSocket edge is the server of the first.</summary>
    public sealed class TwoGateways : GatewayFixture
    {
        private RunningGateway? _server;

        internal static Metadata Headers(string route) => new() { { "x-route", route }, { "x-team", "red" } };

        internal GrpcChannel Channel(string route, out Behaviours.BehavioursClient client)
        {
            var channel = GrpcChannel.ForAddress(Gateway.Url, new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { UseProxy = false }, DisposeHttpClient = true });
            client = new Behaviours.BehavioursClient(channel);
            return channel;
        }

        protected override async Task StopAsync() => await _server!.DisposeAsync();

        protected override async Task PrepareAsync() => _server = await RunningGateway.StartAsync($$"""
            { "ReverseProxy": {
              "Routes": { "all": { "ClusterId": "library", "Match": { "Path": "/{**path}" } } },
              "Clusters": { "library": {{LibraryCluster()}} }
            } }
            """);

        protected override string Configuration()
        {
            (string Name, string WebSocket)[] ways =
            [
                ("envelope", """{ "HalfClose": "envelope" }"""),
                ("raw", """{ "HalfClose": "emptyText" }"""),
                ("binary", """{ "Codec": "protobuf" }"""),
                ("template", """{ "Path": "/library.v1.Behaviours/{text}" }"""),
                ("none", "{ }"),
            ];
            var routes = ways.Select(static way => $$"""
                "{{way.Name}}": { "ClusterId": "{{way.Name}}", "Match": { "Path": "/{**path}", "Headers": [ { "Name": "x-route", "Values": [ "{{way.Name}}" ] } ] } }
                """);
            var clusters = ways.Select(way => $$"""
                "{{way.Name}}": { "Protocol": "websocket", "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ] }, "WebSocket": {{way.WebSocket}},
                  "Destinations": { "a": { "Address": "{{_server!.Address("", "ws")}}" } } }
                """);
            return $$"""{ "ReverseProxy": { "Routes": { {{string.Join(",\n", routes)}} }, "Clusters": { {{string.Join(",\n", clusters)}} } } }""";
        }
    }
}
