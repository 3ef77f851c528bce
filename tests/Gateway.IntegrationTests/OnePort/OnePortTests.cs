using System.Net;
using System.Net.WebSockets;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;
using Gateway.IntegrationTests.Pipeline;
using Grpc.Net.Client;
using Samples.Library.V1;

namespace Gateway.IntegrationTests.OnePort;

/// <summary>Every protocol on the one plaintext port.</summary>
public sealed class OnePortTests(PipelineFixture fixture) : GatewayTest<PipelineFixture>(fixture)
{
    [Fact]
    public async Task EveryProtocol_OnTheSamePort_AtTheSameTime()
    {
        // 1. A WebSocket that stays open.
        using var socket = await WebSocketClient.ConnectAsync(Gateway.Address("/library.v1.Behaviours/Chat", "ws"));
        await socket.SendTextAsync($"{{\"key\":\"{Key}\",\"text\":\"ws\"}}");
        Assert.Contains("ws", await socket.ReadTextAsync());

        // 2. HTTP/1.1 and HTTP/2.
        foreach (var client in (HttpClient[])[Gateway.Http1, Gateway.Http2])
        {
            var (response, body) = await client.AskAsync(HttpMethod.Get, "/api/v1/behaviours/echo/hello");
            Assert.Equal(client.DefaultRequestVersion, response.Version);
            Assert.Contains("hello", body);
        }

        // 3. gRPC.
        using var channel = GrpcChannel.ForAddress(Gateway.Url);
        var reply = await new Behaviours.BehavioursClient(channel).EchoAsync(new EchoRequest { Key = Key, Text = "grpc" }, cancellationToken: Wait.Token());
        Assert.Equal("grpc", reply.Text);

        // 4. An event stream over either version.
        foreach (var client in (HttpClient[])[Gateway.Http1, Gateway.Http2])
        {
            var (_, events) = await client.AskAsync(HttpMethod.Get, $"/api/v1/behaviours:stream?key={Key}&count=1", null, ("Accept", "text/event-stream"));
            Assert.Contains("event: end", events);
        }

        await socket.SendTextAsync("");
        Assert.Null(await socket.ReadTextAsync());
        Assert.Equal(1000, socket.CloseCode);
    }

    [Fact]
    public async Task WebSocketOverHttp2_ByExtendedConnect()
    {
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        await socket.ConnectAsync(Gateway.Address("/library.v1.Behaviours/Chat", "ws"), invoker, Wait.Token());
        await socket.SendAsync(System.Text.Encoding.UTF8.GetBytes($"{{\"key\":\"{Key}\",\"text\":\"over h2\"}}"), WebSocketMessageType.Text, true, Wait.Token());
        var buffer = new byte[1024];
        var message = await socket.ReceiveAsync(buffer, Wait.Token());
        Assert.Contains("over h2", System.Text.Encoding.UTF8.GetString(buffer, 0, message.Count));
        await socket.SendAsync(ReadOnlyMemory<byte>.Empty, WebSocketMessageType.Text, true, Wait.Token());
        message = await socket.ReceiveAsync(buffer, Wait.Token());
        Assert.Equal(WebSocketMessageType.Close, message.MessageType);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
    }

    [Fact]
    public async Task Curl_SpeaksEither()
    {
        var address = Gateway.Address("/api/v1/behaviours/echo/from-curl").ToString();
        Assert.Contains("from-curl", await Programs.RunAsync("curl", "-s", "--http1.1", address));
        Assert.Contains("from-curl", await Programs.RunAsync("curl", "-s", "--http2-prior-knowledge", address));

        // curl asks for h2c by Upgrade; RFC 9113 took that away, so HTTP/1.1 answers.
        Assert.Contains("from-curl", await Programs.RunAsync("curl", "-s", "--http2", address));
    }

    [Fact]
    public async Task Curl_SendsAStreamAndReadsIt()
    {
        var body = $"{{\"key\":\"{Key}\",\"text\":\"a\"}}\n{{\"text\":\"b\"}}\n";
        var output = await Programs.RunAsync(
            "curl", "-sN", "-H", "Content-Type: application/x-ndjson", "--data-binary", body, Gateway.Address("/api/v1/behaviours:chat").ToString());
        Assert.Equal(2, output.TrimEnd().Split('\n').Length);
    }
}
