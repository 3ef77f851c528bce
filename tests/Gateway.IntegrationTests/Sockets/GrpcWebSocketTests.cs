using System.Buffers.Binary;
using System.Text;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;
using Google.Protobuf;
using Samples.Library.V1;

namespace Gateway.IntegrationTests.Sockets;

/// <summary>The Library behind a gateway that serves every edge.</summary>
public sealed class GrpcWebSocketFixture : GatewayFixture
{
    protected override string Configuration() => $$"""
        { "ReverseProxy": {
            "Routes": { "library": { "ClusterId": "library", "Match": { "Path": "/{**rest}" } },
                        "borrow": { "ClusterId": "library", "Match": { "Path": "/library.v1.Library/BorrowBook" }, "Options": { "WebSocket": { "Mode": "message" } } },
                        "each": { "ClusterId": "library", "Order": -1, "Match": { "Path": "/v1/{**rest}" }, "Options": { "WebSocket": { "Mode": "message" } } } },
            "Clusters": { "library": {{LibraryCluster()}} } } }
        """;
}

/// <summary>Sockets of the subprotocol grpc-websockets, and unary methods with a call for each message (PROTOCOLS §10.7 cells 5 and 6).</summary>
public sealed class GrpcWebSocketTests(GrpcWebSocketFixture fixture) : GatewayTest<GrpcWebSocketFixture>(fixture)
{
    private const string Head = "content-type: application/grpc-web+proto\r\nx-grpc-web: 1\r\n";

    [Fact]
    public async Task Unary_IsAnsweredByHeadMessageAndTrailers()
    {
        using var client = await ConnectAsync("/library.v1.Library/GetBook");
        Assert.Equal("grpc-websockets", client.Socket.SubProtocol);
        await client.SendBinaryAsync(Encoding.ASCII.GetBytes(Head));
        await client.SendBinaryAsync(Data(new GetBookRequest { Name = "shelves/fiction/books/ulysses" }));
        await client.SendBinaryAsync(new byte[] { 1 });
        var head = await FrameAsync(client);
        Assert.Equal(0x80, head.Flag);
        Assert.StartsWith("content-type:application/grpc-web+proto\r\n", Encoding.ASCII.GetString(head.Payload), StringComparison.Ordinal);
        var answer = await FrameAsync(client);
        Assert.Equal(0, answer.Flag);
        Assert.Equal("James Joyce", Book.Parser.ParseFrom(answer.Payload).Author.DisplayName);
        var trailers = await FrameAsync(client);
        Assert.Equal((0x80, "grpc-status:0\r\n"), (trailers.Flag, Encoding.ASCII.GetString(trailers.Payload).Split("\r\n")[0] + "\r\n"));
        Assert.Null(await client.ReadAsync());
        Assert.Equal(1000, client.CloseCode);
    }

    [Fact]
    public async Task Failure_IsInTheTrailers()
    {
        using var client = await ConnectAsync("/library.v1.Library/GetBook");
        await client.SendBinaryAsync(Encoding.ASCII.GetBytes(Head));
        await client.SendBinaryAsync(Data(new GetBookRequest { Name = "shelves/fiction/books/none" }));
        Assert.Equal(0x80, (await FrameAsync(client)).Flag);
        Assert.StartsWith("grpc-status:5\r\ngrpc-message:", Encoding.ASCII.GetString((await FrameAsync(client)).Payload), StringComparison.Ordinal);
        Assert.Null(await client.ReadAsync());
        Assert.Equal(1000, client.CloseCode);
    }

    [Fact]
    public async Task Duplex_GoesBackAndForthUntilTheHalfClose()
    {
        using var client = await ConnectAsync("/library.v1.Library/Discuss");
        await client.SendBinaryAsync(Encoding.ASCII.GetBytes(Head));
        await client.SendBinaryAsync(Data(new Remark { Room = Key, Author = "ann" }));
        Assert.Equal(0x80, (await FrameAsync(client)).Flag);
        Assert.Equal("ann", Remark.Parser.ParseFrom((await FrameAsync(client)).Payload).Author);
        await client.SendBinaryAsync(Data(new Remark { Text = "hi" }));
        Assert.Equal("hi", Remark.Parser.ParseFrom((await FrameAsync(client)).Payload).Text);
        await client.SendBinaryAsync(new byte[] { 1 });
        while (await FrameAsync(client) is { Flag: 0 })
        {
        }

        Assert.Null(await client.ReadAsync());
        Assert.Equal(1000, client.CloseCode);
    }

    [Theory]
    [InlineData("no header block", 4400)]
    [InlineData("x: \u0007", 4400)]
    public async Task WhatIsNoHeaderBlock_ClosesTheSocket(string block, int code)
    {
        using var client = await ConnectAsync("/library.v1.Library/GetBook");
        await client.SendBinaryAsync(Encoding.ASCII.GetBytes(block));
        Assert.Null(await client.ReadAsync());
        Assert.Equal(code, client.CloseCode);
    }

    [Fact]
    public async Task Text_IsRefused()
    {
        using var client = await ConnectAsync("/library.v1.Library/GetBook");
        await client.SendTextAsync(Head);
        Assert.Null(await client.ReadAsync());
        Assert.Equal(1003, client.CloseCode);
    }

    [Theory]
    [InlineData("02")]
    [InlineData("0000000000")]
    [InlineData("000000000005AA")]
    [InlineData("00800000000100")]
    public async Task WhatIsNoFrame_IsInvalid(string hex)
    {
        using var client = await ConnectAsync("/library.v1.Library/GetBook");
        await client.SendBinaryAsync(Encoding.ASCII.GetBytes(Head));
        await client.SendBinaryAsync(Convert.FromHexString(hex));
        Assert.Equal(0x80, (await FrameAsync(client)).Flag);
        Assert.StartsWith("grpc-status:3\r\n", Encoding.ASCII.GetString((await FrameAsync(client)).Payload), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnnouncedLengthOverTheLimit_IsRefusedBeforeItArrives()
    {
        using var client = await ConnectAsync("/library.v1.Library/GetBook");
        await client.SendBinaryAsync(Encoding.ASCII.GetBytes(Head));
        await client.SendBinaryAsync(Convert.FromHexString("00007FFFFFFF"));
        Assert.Equal(0x80, (await FrameAsync(client)).Flag);
        Assert.StartsWith("grpc-status:8\r\n", Encoding.ASCII.GetString((await FrameAsync(client)).Payload), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownMethod_IsUnimplemented()
    {
        using var client = await ConnectAsync("/library.v1.Library/Nothing");
        await client.SendBinaryAsync(Encoding.ASCII.GetBytes(Head));
        await FrameAsync(client);
        Assert.StartsWith("grpc-status:12\r\n", Encoding.ASCII.GetString((await FrameAsync(client)).Payload), StringComparison.Ordinal);
    }

    [NodeFact("@improbable-eng/grpc-web")]
    public async Task OfficialClient_IsUnderstood()
    {
        var lines = (await NodeProgram.RunAsync("grpc-websockets.mjs", Gateway.Url.ToString().TrimEnd('/'))).Split('\n');
        Assert.StartsWith("unary: 0 1 true", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("missing: 5 0 false", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("unknown: 12 0 false", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("duplex: 0 ", lines[3], StringComparison.Ordinal);
        Assert.Contains(" true", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task MessageMode_CallsAUnaryMethodForEachMessage()
    {
        using var client = await WebSocketClient.ConnectAsync(Gateway.Address("/v1/shelves/fiction/books/ulysses", "ws"));
        for (var i = 0; i < 2; i++)
        {
            await client.SendTextAsync("");
            Assert.Contains("James Joyce", await client.ReadTextAsync(), StringComparison.Ordinal);
        }

        await client.SendBinaryAsync(ReadOnlyMemory<byte>.Empty);
        Assert.Equal("James Joyce", Book.Parser.ParseFrom((await client.ReadAsync())!.Value.Span).Author.DisplayName);
        Assert.False(client.WasText);
        await client.CloseAsync();
    }

    [Fact]
    public async Task MessageMode_TellsAFailureAndGoesOn()
    {
        using var client = await WebSocketClient.ConnectAsync(Gateway.Address("/library.v1.Library/BorrowBook", "ws"));
        for (var i = 0; i < 2; i++)
        {
            await client.SendTextAsync("{ no json");
            var refused = await client.ReadTextAsync();
            Assert.StartsWith("{\"error\":{\"code\":3,", refused, StringComparison.Ordinal);
            Assert.EndsWith(",\"httpStatus\":400}", refused, StringComparison.Ordinal);
        }

        await client.CloseAsync();
    }

    private Task<WebSocketClient> ConnectAsync(string path) =>
        WebSocketClient.ConnectAsync(Gateway.Address(path, "ws"), static options => options.AddSubProtocol("grpc-websockets"));

    private static byte[] Data(IMessage message)
    {
        var payload = message.ToByteArray();
        var data = new byte[payload.Length + 6];
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(2), payload.Length);
        payload.CopyTo(data, 6);
        return data;
    }

    /// <summary>The one frame of the next message.</summary>
    private static async Task<(int Flag, byte[] Payload)> FrameAsync(WebSocketClient client)
    {
        var message = (await client.ReadAsync())!.Value.Span;
        Assert.Equal(message.Length - 5, BinaryPrimitives.ReadInt32BigEndian(message[1..]));
        return (message[0], message[5..].ToArray());
    }
}
