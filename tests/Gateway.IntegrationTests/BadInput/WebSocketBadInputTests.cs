using System.Net;
using System.Net.WebSockets;
using System.Text;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;

namespace Gateway.IntegrationTests.BadInput;

/// <summary>What a WebSocket client is told when it does it wrong.</summary>
public sealed class WebSocketBadInputTests(BadInputFixture fixture) : GatewayTest<BadInputFixture>(fixture)
{
    private const string Chat = "/library.v1.Behaviours/Chat";

    [Theory]
    [InlineData("https://evil.example", false)]
    [InlineData("null", false)]
    [InlineData("https://app.example.com.evil.example", false)]
    [InlineData("https://app.example.com", true)]
    public async Task ForeignOrigin_Is403(string origin, bool isAllowed)
    {
        var connecting = WebSocketClient.ConnectAsync(Gateway.Address("/v1/behaviours:chat", "ws"), options => options.SetRequestHeader("Origin", origin));
        if (isAllowed)
        {
            using var socket = await connecting;
            await socket.SendTextAsync("");
            await EndsAsync(socket, 1000);
            return;
        }

        var refused = await Assert.ThrowsAsync<WebSocketException>(() => connecting);
        Assert.Contains("403", refused.Message);
    }

    [Fact]
    public async Task OwnOrigin_IsAllowed()
    {
        using var socket = await WebSocketClient.ConnectAsync(Gateway.Address(Chat, "ws"), options => options.SetRequestHeader("Origin", Gateway.Url.GetLeftPart(UriPartial.Authority)));
        await socket.SendTextAsync("");
        await EndsAsync(socket, 1000);
    }

    [Fact]
    public async Task UnknownPath_Is404BeforeTheUpgrade()
    {
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => WebSocketClient.ConnectAsync(Gateway.Address("/v1/nothing", "ws")));
        Assert.Contains("404", refused.Message);
    }

    [Theory]
    [InlineData("{\"text\":")]
    [InlineData("{\"tekst\":\"a\"}")]
    [InlineData("7")]
    public async Task BadJson_Closes4400(string message)
    {
        using var socket = await WebSocketClient.ConnectAsync(Gateway.Address(Chat, "ws"));
        await socket.SendTextAsync(message);
        Assert.StartsWith("{\"error\":{\"code\":3,", await socket.ReadTextAsync());
        await EndsAsync(socket, 4400);
        Assert.StartsWith("INVALID_ARGUMENT: ", socket.CloseReason);
    }

    [Fact]
    public async Task BadJson_AfterGoodMessages_CancelsTheBackend()
    {
        using var socket = await WebSocketClient.ConnectAsync(Gateway.Address(Chat, "ws"));
        await socket.SendTextAsync($"{{\"key\":\"{Key}\",\"text\":\"a\"}}");
        Assert.NotNull(await socket.ReadTextAsync());
        await socket.SendTextAsync("{");
        Assert.StartsWith("{\"error\":", await socket.ReadTextAsync());
        await EndsAsync(socket, 4400);
        await Fixture.Library.Ledger.WaitAsync(Key, static counters => counters is { Cancelled: 1, Active: 0 }, Wait.Token());
    }

    [Fact]
    public async Task InvalidUtf8_IsRefused()
    {
        using var socket = await WebSocketClient.ConnectAsync(Gateway.Address(Chat, "ws"));
        await socket.Socket.SendAsync(new byte[] { (byte)'"', 0xff, 0xfe, (byte)'"' }, WebSocketMessageType.Text, true, Wait.Token());
        while (await socket.ReadAsync() is not null)
        {
        }

        Assert.True(socket.CloseCode is 1007 or 4400, $"Closed with {socket.CloseCode}.");
    }

    [Fact]
    public async Task BadProtobuf_Closes4400()
    {
        using var socket = await WebSocketClient.ConnectAsync(Gateway.Address("/library.v1.Behaviours/Echo", "ws"));
        await socket.SendBinaryAsync(new byte[] { 0x0a, 0x7f, 0x01 });
        while (await socket.ReadAsync() is not null)
        {
        }

        // The backend is the judge of protobuf that passes through as it is.
        Assert.NotEqual(1000, socket.CloseCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task MessageTooLarge_Closes1009(bool inFragments)
    {
        using var socket = await WebSocketClient.ConnectAsync(Gateway.Address("/small/v1/behaviours:chat", "ws"));
        await socket.SendTextAsync($"{{\"key\":\"{Key}\",\"text\":\"a\"}}");
        Assert.NotNull(await socket.ReadTextAsync());
        var large = Encoding.UTF8.GetBytes($"{{\"text\":\"{new string('x', 6000)}\"}}");
        if (inFragments)
        {
            await socket.Socket.SendAsync(large.AsMemory(0, 3000), WebSocketMessageType.Text, false, Wait.Token());
            await socket.Socket.SendAsync(large.AsMemory(3000), WebSocketMessageType.Text, true, Wait.Token());
        }
        else
        {
            await socket.Socket.SendAsync(large, WebSocketMessageType.Text, true, Wait.Token());
        }

        while (await socket.ReadAsync() is not null)
        {
        }

        Assert.Equal(1009, socket.CloseCode);
        await Fixture.Library.Ledger.WaitAsync(Key, static counters => counters is { Started: 1, Active: 0 }, Wait.Token());
    }

    [Fact]
    public async Task UnreachableBackend_Closes4503()
    {
        using var socket = await WebSocketClient.ConnectAsync(Gateway.Address("/dead/v1/behaviours:echo", "ws"));
        await socket.SendTextAsync("{}");
        Assert.StartsWith("{\"error\":{\"code\":14,", await socket.ReadTextAsync());
        await EndsAsync(socket, 4503);
    }

    [Fact]
    public async Task ClientClose_CancelsTheBackend()
    {
        using var socket = await WebSocketClient.ConnectAsync(Gateway.Address("/library.v1.Behaviours/Stream", "ws"));
        await socket.SendTextAsync($"{{\"key\":\"{Key}\",\"count\":1,\"hang\":true}}");
        Assert.NotNull(await socket.ReadTextAsync());
        await socket.CloseAsync();
        await Fixture.Library.Ledger.WaitAsync(Key, static counters => counters is { Cancelled: 1, Active: 0 }, Wait.Token());
    }

    [Fact]
    public async Task BinaryMessages_AreProtobufBothWays()
    {
        using var socket = await WebSocketClient.ConnectAsync(Gateway.Address(Chat, "ws"));
        await socket.SendBinaryAsync(Google.Protobuf.MessageExtensions.ToByteArray(new Samples.Library.V1.ChatMessage { Key = Key, Text = "bin" }));
        var answer = await socket.ReadAsync();
        Assert.False(socket.WasText);
        Assert.Equal("bin", Samples.Library.V1.ChatMessage.Parser.ParseFrom(answer!.Value.Span).Text);
        await socket.SendTextAsync("");
        await EndsAsync(socket, 1000);
    }

    [Fact]
    public async Task TokenAmongTheSubprotocols_IsNeverEchoed()
    {
        using var socket = await WebSocketClient.ConnectAsync(Gateway.Address("/library.v1.Behaviours/Echo", "ws"), options =>
        {
            options.AddSubProtocol("Bearer");
            options.AddSubProtocol("secret-token");
        });
        Assert.Equal("Bearer", socket.Socket.SubProtocol);
        await socket.SendTextAsync("{}");
        var echo = await socket.ReadTextAsync();
        Assert.DoesNotContain("sec-websocket-protocol", echo);
    }

    [Theory]
    [InlineData("not json", 4400)]
    [InlineData("[]", 4400)]
    [InlineData("{\"id\":1}", 4400)]
    [InlineData("{\"t\":\"nonsense\",\"id\":1}", 4400)]
    [InlineData("{\"t\":\"start\",\"id\":-1}", 4400)]
    [InlineData("{\"t\":\"msg\",\"id\":1,\"b64\":\"***\"}", 4400)]
    [InlineData("{\"t\":\"start\",\"id\":1,\"method\":\"library.v1.Behaviours/Echo\",\"headers\":{\"x\":\"a\\r\\nb\"}}", 4400)]
    public async Task BadEnvelopeFrame_ClosesTheSocket(string frame, int code)
    {
        using var socket = await EnvelopeAsync("/v1/socket");
        await socket.SendTextAsync(frame);
        while (await socket.ReadAsync() is not null)
        {
        }

        Assert.Equal(code, socket.CloseCode);
    }

    [Fact]
    public async Task DuplicateCallId_Closes4409_AndCancelsTheFirst()
    {
        using var socket = await EnvelopeAsync("/v1/socket");
        var start = $"{{\"t\":\"start\",\"id\":1,\"method\":\"library.v1.Behaviours/Hang\",\"data\":{{\"key\":\"{Key}\"}},\"last\":true}}";
        await socket.SendTextAsync(start);
        await Fixture.Library.Ledger.WaitAsync(Key, static counters => counters.Active == 1, Wait.Token());
        await socket.SendTextAsync(start);
        while (await socket.ReadAsync() is not null)
        {
        }

        Assert.Equal(4409, socket.CloseCode);
        await Fixture.Library.Ledger.WaitAsync(Key, static counters => counters is { Started: 1, Cancelled: 1, Active: 0 }, Wait.Token());
    }

    [Fact]
    public async Task UnknownMethod_EndsThatCallOnly()
    {
        using var socket = await EnvelopeAsync("/v1/socket");
        await socket.SendTextAsync("{\"t\":\"start\",\"id\":1,\"method\":\"library.v1.Behaviours/Nothing\"}");
        Assert.Contains("\"code\":12", await socket.ReadTextAsync());
        await socket.SendTextAsync("{\"t\":\"start\",\"id\":2,\"method\":\"library.v1.Behaviours/Echo\",\"data\":{\"text\":\"still here\"},\"last\":true}");
        Assert.Contains("still here", await socket.ReadTextAsync());
        Assert.Contains("\"t\":\"end\",\"id\":2,\"status\":{\"code\":0", await socket.ReadTextAsync());
        await socket.CloseAsync();
    }

    [Fact]
    public async Task CallsOfOneSocket_DoNotMix_AndAreBounded()
    {
        using var socket = await EnvelopeAsync("/small/v1/socket");
        foreach (var id in (int[])[1, 2, 3])
        {
            await socket.SendTextAsync($"{{\"t\":\"start\",\"id\":{id},\"method\":\"library.v1.Behaviours/Chat\"}}");
        }

        // The third is one too many (CallsPerSocket is 2); the others go on.
        Assert.Contains("\"t\":\"end\",\"id\":3,\"status\":{\"code\":8", await socket.ReadTextAsync());
        foreach (var id in (int[])[2, 1])
        {
            await socket.SendTextAsync($"{{\"t\":\"msg\",\"id\":{id},\"data\":{{\"key\":\"{Key}\",\"text\":\"of {id}\"}}}}");
            var answer = await socket.ReadTextAsync();
            Assert.Contains($"\"id\":{id}", answer);
            Assert.Contains($"of {id}", answer);
        }

        await socket.CloseAsync();
        await Fixture.Library.Ledger.WaitAsync(Key, static counters => counters is { Started: 2, Active: 0 }, Wait.Token());
    }

    [Fact]
    public async Task EnvelopeCall_FasterThanItsBackend_EndsResourceExhausted()
    {
        using var socket = await WebSocketClient.ConnectAsync(Gateway.Address("/socket", "ws"), options =>
        {
            options.AddSubProtocol("gateway.v1.json");
            options.SetRequestHeader("x-rig", "small-stdio");
        });
        await socket.SendTextAsync("{\"t\":\"start\",\"id\":1,\"method\":\"library.v1.Behaviours/Collect\"}");
        var text = new string('x', 4000);
        var reading = socket.ReadTextAsync();
        for (var i = 0; i < 200 && !reading.IsCompleted; i++)
        {
            await socket.SendTextAsync($"{{\"t\":\"msg\",\"id\":1,\"data\":{{\"text\":\"{text}\"}}}}");
        }

        Assert.Contains("\"t\":\"end\",\"id\":1,\"status\":{\"code\":8", await reading);
        await socket.CloseAsync();
    }

    private Task<WebSocketClient> EnvelopeAsync(string path) =>
        WebSocketClient.ConnectAsync(Gateway.Address(path, "ws"), static options => options.AddSubProtocol("gateway.v1.json"));

    private static async Task EndsAsync(WebSocketClient socket, int code)
    {
        Assert.Null(await socket.ReadTextAsync());
        Assert.Equal(code, socket.CloseCode);
    }
}
