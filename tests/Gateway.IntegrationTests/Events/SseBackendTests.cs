using System.Net;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Samples.Library.V1;

namespace Gateway.IntegrationTests.Events;

/// <summary>Servers that answer with event streams, behind the edges that do not speak them.</summary>
public sealed class SseBackendTests : IAsyncLifetime
{
    private const string Stream = "/v1/behaviours:stream";

    private EventServer? _server;
    private RunningGateway? _gateway;

    private EventServer Server => _server!;

    private RunningGateway Gateway => _gateway!;

    public async Task InitializeAsync()
    {
        _server = await EventServer.StartAsync();
        _gateway = await RunningGateway.StartAsync(Configuration(_server.Address));
    }

    public async Task DisposeAsync()
    {
        await _gateway!.DisposeAsync();
        await _server!.DisposeAsync();
    }

    [Fact]
    public async Task Http_GetsTheEventsCollected()
    {
        Server.On("/feed", "id: 42\ndata: {\"id\":\"a\"}\n\n:ka\n\nid: 43\nevent: item\ndata: text\n\nevent: end\ndata: {}\n\ndata: never\n\n");
        var (response, body) = await Gateway.Http1.AskAsync(HttpMethod.Get, "/feed?cursor=41&x=1");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("""{"events":[{"id":"42","event":"message","data":{"id":"a"}},{"id":"43","event":"item","data":"text"}],"lastEventId":"43","complete":true}""", body);
        Assert.Equal("GET /feed?x=1 last-event-id=41", Assert.Single(Server.Seen));
    }

    [Fact]
    public async Task Http_LiveStream_PassesLineByLine()
    {
        var more = new TaskCompletionSource();
        Server.On("/feed", async connection =>
        {
            await connection.WriteAsync("data: {\"n\":1}\n\n");
            await more.Task;
            await connection.WriteAsync("data: {\"n\":2}\n\ndata: [DONE]\n\n");
            await connection.HangAsync();
        });
        var request = new HttpRequestMessage(HttpMethod.Get, Gateway.Address("/feed"));
        request.Headers.Add("Accept", "application/x-ndjson");
        using var response = await Gateway.Http1.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Wait.Token());
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal("""{"result":{"n":1}}""", await lines.ReadLineAsync(Wait.Token()));
        more.SetResult();
        Assert.Equal("""{"result":{"n":2}}""", await lines.ReadLineAsync(Wait.Token()));
        Assert.Null(await lines.ReadLineAsync(Wait.Token()));
    }

    [Fact]
    public async Task Http_PostAsksWithItsBody()
    {
        Server.On("/chat", "data: {\"delta\":\"a\"}\n\ndata: [DONE]\n\n");
        var (response, body) = await Gateway.Http1.AskAsync(HttpMethod.Post, "/chat", Answers.Json("{\"stream\":true}"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("{\"delta\":\"a\"}", body);
        Assert.Equal("POST /chat body={\"stream\":true}", Assert.Single(Server.Seen));
    }

    [Theory]
    [InlineData("event: error\ndata: {\"code\":14,\"message\":\"shard moved\"}\n\n", 503, 14, "shard moved")]
    [InlineData("event: error\ndata: {\"code\":8,\"message\":\"quota\"}\n\n", 429, 8, "quota")]
    [InlineData("event: error\ndata: {\"error\":{\"code\":404,\"message\":\"no\",\"status\":\"NOT_FOUND\"}}\n\n", 404, 5, "no")]
    [InlineData("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}\n\n", 503, 14, "busy")]
    [InlineData("event: error\ndata: broke\n\n", 500, 2, "broke")]
    [InlineData("data: {\"error\":{\"message\":\"slow down\",\"type\":\"rate_limit_error\"}}\n\ndata: [DONE]\n\n", 429, 8, "slow down")]
    public async Task Http_ErrorEvent_IsTheStatus(string failure, int http, int code, string message)
    {
        Server.On("/feed", "data: 1\n\n" + failure);
        var status = (await Gateway.Http1.AskAsync(HttpMethod.Get, "/feed")).AssertStatus((HttpStatusCode)http, code);
        Assert.Contains(message, status.Message());
    }

    [Fact]
    public async Task Http_LostStream_Is502()
    {
        Server.On("/feed", static connection => connection.BreakOffAsync("data: 1\n\n"));
        var status = (await Gateway.Http1.AskAsync(HttpMethod.Get, "/feed")).AssertStatus(HttpStatusCode.BadGateway, 14);
        Assert.Contains("upstream stream lost", status.Message());
    }

    [Fact]
    public async Task Http_OtherAnswers_PassAsTheyAre()
    {
        Server.On("/plain", connection =>
        {
            connection.Context.Response.ContentType = "text/html";
            return connection.WriteAsync("<p>no events</p>");
        });
        var (response, body) = await Gateway.Http1.AskAsync(HttpMethod.Get, "/plain");
        Assert.Equal(("text/html", "<p>no events</p>"), (response.Content.Headers.ContentType?.MediaType, body));

        Server.On("/refused", connection =>
        {
            connection.Context.Response.StatusCode = 403;
            connection.Context.Response.ContentType = "application/json";
            return connection.WriteAsync("{\"code\":7,\"message\":\"not you\"}");
        });
        var status = (await Gateway.Http1.AskAsync(HttpMethod.Get, "/refused")).AssertStatus(HttpStatusCode.Forbidden, 7);
        Assert.Equal("not you", status.Message());
    }

    [Fact]
    public async Task WebSocket_RefusalBeforeTheStream_IsAnHttpStatus()
    {
        Server.On("/refused", connection =>
        {
            connection.Context.Response.StatusCode = 403;
            return connection.WriteAsync("not you");
        });
        using var socket = new System.Net.WebSockets.ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => socket.ConnectAsync(Gateway.Address("/refused", "ws"), Wait.Token()));
        Assert.Equal(HttpStatusCode.Forbidden, socket.HttpStatusCode);
    }

    [Fact]
    public async Task Grpc_EventsAreMessages_AndTheEndHasTrailers()
    {
        Server.On(Stream, "id: 1\ndata: {\"index\":\"7\",\"unknown\":true}\n\n:ka\n\nevent: ping\ndata: {}\n\nid: 2\ndata:\n\nevent: end\ndata: {\"trailers\":{\"n\":\"1\"}}\n\n");
        using var call = Client().Stream(new StreamRequest { Key = "k", Count = 3 });
        var seen = new List<long>();
        while (await call.ResponseStream.MoveNext(Wait.Token()))
        {
            seen.Add(call.ResponseStream.Current.Index);
        }

        Assert.Equal([7], seen);
        Assert.Equal("1", call.GetTrailers().GetValue("n"));
        Assert.Equal("GET /v1/behaviours:stream?key=k&count=3", Assert.Single(Server.Seen));
    }

    [Theory]
    [InlineData("data: {\"index\":\"1\"}\n\n", StatusCode.Unavailable, "event stream ended without terminator")]
    [InlineData("data: {\"index\":\"1\"}\n\nevent: error\ndata: {\"code\":8,\"message\":\"quota\"}\n\n", StatusCode.ResourceExhausted, "quota")]
    [InlineData("data: {\"index\":\"1\"}\n\ndata: no JSON\n\n", StatusCode.Internal, "")]
    public async Task Grpc_AnEndThatIsNone_IsAFailure(string stream, StatusCode code, string message)
    {
        Server.On(Stream, stream);
        using var call = Client().Stream(new StreamRequest { Key = "k" });
        Assert.True(await call.ResponseStream.MoveNext(Wait.Token()));
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Wait.Token()));
        Assert.Equal(code, failure.StatusCode);
        Assert.Contains(message, failure.Status.Detail);
    }

    [Fact]
    public async Task Grpc_Unary_TakesTheFirstEventAndLeaves()
    {
        var left = new TaskCompletionSource();
        Server.On("/v1/behaviours/echo/hi", async connection =>
        {
            await connection.WriteAsync("data: {\"text\":\"yo\"}\n\n");
            connection.Context.RequestAborted.Register(left.SetResult);
            await connection.HangAsync();
        });
        Server.On("/v1/behaviours:echo", async connection =>
        {
            await connection.WriteAsync("data: {\"text\":\"yo\"}\n\n");
            connection.Context.RequestAborted.Register(left.SetResult);
            await connection.HangAsync();
        });
        var reply = await Client().EchoAsync(new EchoRequest { Text = "hi" }, cancellationToken: Wait.Token());
        Assert.Equal("yo", reply.Text);
        await left.Task.WaitAsync(Wait.Long);
    }

    [Fact]
    public async Task Grpc_NoContent_IsAnEmptyStream_AndOtherTypesAreRefused()
    {
        Server.On(Stream, connection =>
        {
            connection.Context.Response.StatusCode = connection.Number == 1 ? 204 : 200;
            connection.Context.Response.ContentType = connection.Number == 1 ? null : "text/html";
            return Task.CompletedTask;
        });
        using var empty = Client().Stream(new StreamRequest { Key = "k" });
        Assert.False(await empty.ResponseStream.MoveNext(Wait.Token()));
        using var html = Client().Stream(new StreamRequest { Key = "k" });
        var failure = await Assert.ThrowsAsync<RpcException>(() => html.ResponseStream.MoveNext(Wait.Token()));
        Assert.Equal(StatusCode.Internal, failure.StatusCode);
        Assert.Contains("not an event stream", failure.Status.Detail);
    }

    [Fact]
    public async Task Grpc_CancelReachesTheServer()
    {
        var left = new TaskCompletionSource();
        Server.On(Stream, async connection =>
        {
            connection.Context.RequestAborted.Register(left.SetResult);
            await connection.WriteAsync("data: {}\n\n");
            await connection.HangAsync();
        });
        using var call = Client().Stream(new StreamRequest { Key = "k" });
        Assert.True(await call.ResponseStream.MoveNext(Wait.Token()));
        call.Dispose();
        await left.Task.WaitAsync(Wait.Long);
    }

    [Fact]
    public async Task Resumed_ByLastEventId_EachEventOnce()
    {
        Server.On(Stream, async connection =>
        {
            switch (connection.Number)
            {
                case 1:
                    await connection.BreakOffAsync("retry: 1\n\nid: 1\ndata: {\"index\":\"1\"}\n\nid: 2\ndata: {\"index\":\"2\"}\n\nid: 9\ndata: {\"ind");
                    break;
                case 2:
                    connection.Context.Response.StatusCode = 503;
                    break;
                case 3:
                    await connection.WriteAsync("id: 2\ndata: {\"index\":\"2\"}\n\nid: 3\ndata: {\"index\":\"3\"}\n\n");
                    break;
                default:
                    connection.Context.Response.StatusCode = 204;
                    break;
            }
        });
        using var call = Client("resumed").Stream(new StreamRequest { Key = "k" });
        var seen = new List<long>();
        while (await call.ResponseStream.MoveNext(Wait.Token()))
        {
            seen.Add(call.ResponseStream.Current.Index);
        }

        Assert.Equal([1, 2, 3], seen);
        var expected = new[] { "", " last-event-id=2", " last-event-id=2", " last-event-id=3" };
        Assert.Equal(expected.Select(static id => $"GET {Stream}?key=k{id}"), Server.Seen);
    }

    [Fact]
    public async Task Resumed_OnlySoOften()
    {
        Server.On(Stream, connection => connection.Number == 1 ? connection.WriteAsync("retry: 1\nid: 1\ndata: {\"index\":\"1\"}\n\n") : connection.WriteAsync(": nothing new\n\n"));
        using var call = Client("resumed").Stream(new StreamRequest { Key = "k" });
        Assert.True(await call.ResponseStream.MoveNext(Wait.Token()));
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Wait.Token()));
        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.Equal(1 + 3, Server.Seen.Count);
    }

    [Fact]
    public async Task Sse_OverHttp_PassesTheBackendsIds()
    {
        Server.On("/as-http", connection => connection.WriteAsync(connection.LastEventId == "b.end"
            ? "id: c\ndata: 3\n\n"
            : "id: a\ndata: 1\n\nid: b.end\nevent: item\ndata: 2\n\n"));
        var (_, body) = await Gateway.Http1.AskAsync(HttpMethod.Get, "/as-http", null, ("Accept", "text/event-stream"));
        Assert.Contains("id: a\ndata: 1\n\nid: ~Yi5lbmQ\nevent: item\ndata: 2\n\nid: ~Yi5lbmQ.end\nevent: end\n", body);

        (_, body) = await Gateway.Http1.AskAsync(HttpMethod.Get, "/as-http", null, ("Accept", "text/event-stream"), ("Last-Event-ID", "~Yi5lbmQ"));
        Assert.Contains("id: c\ndata: 3\n", body);
        var (response, _) = await Gateway.Http1.AskAsync(HttpMethod.Get, "/as-http", null, ("Accept", "text/event-stream"), ("Last-Event-ID", "~Yi5lbmQ.end"));
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(2, Server.Seen.Count);
    }

    private Behaviours.BehavioursClient Client(string rig = "typed")
    {
        var channel = GrpcChannel.ForAddress(Gateway.Url, new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { UseProxy = false } });
        return new Behaviours.BehavioursClient(channel.Intercept(new RigHeader(rig)));
    }

    private static string Configuration(string address) => $$"""
        { "ReverseProxy": {
          "Routes": {
            "feed": { "ClusterId": "feed", "Order": 1, "Match": { "Path": "/{**path}" } },
            "typed": { "ClusterId": "typed", "Match": { "Path": "/{**path}", "Headers": [ { "Name": "x-rig", "Values": [ "typed" ] } ] } },
            "resumed": { "ClusterId": "resumed", "Match": { "Path": "/{**path}", "Headers": [ { "Name": "x-rig", "Values": [ "resumed" ] } ] } },
            "as-http": { "ClusterId": "as-http", "Match": { "Path": "/as-http" }, "Edges": [ "http", "sse" ] }
          },
          "Clusters": {
            "feed": { "Protocol": "sse", "Sse": { "CursorQuery": "cursor" }, {{Destinations(address)}} },
            "typed": { "Protocol": "sse", {{Schema}}, "Sse": { "EventFilter": [ "message" ] }, {{Destinations(address)}} },
            "resumed": { "Protocol": "sse", {{Schema}}, "Sse": { "Reconnect": { "Attempts": 3 } }, {{Destinations(address)}} },
            "as-http": { "Protocol": "http", {{Destinations(address)}} }
          }
        } }
        """;

    private static string Schema => $"\"Schema\": {{ \"DescriptorSets\": [ \"{Protos.Library}\" ] }}";

    private static string Destinations(string address) => $"\"Destinations\": {{ \"a\": {{ \"Address\": \"{address}\" }} }}";

    /// <summary>Chooses the route.</summary>
    private sealed class RigHeader(string rig) : Interceptor
    {
        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation) =>
            continuation(request, With(context));

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation) =>
            continuation(request, With(context));

        private ClientInterceptorContext<TRequest, TResponse> With<TRequest, TResponse>(ClientInterceptorContext<TRequest, TResponse> context)
            where TRequest : class
            where TResponse : class =>
            new(context.Method, context.Host, context.Options.WithHeaders(new Metadata { { "x-rig", rig } }));
    }
}
