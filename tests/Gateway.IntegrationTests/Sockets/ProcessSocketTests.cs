using System.Net;
using System.Net.WebSockets;
using System.Text;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;

namespace Gateway.IntegrationTests.Sockets;

/// <summary>Sockets in front of a process without schema (PROTOCOLS §10.7 cell 8).</summary>
public sealed class ProcessSocketTests
{
    private const string Exec = """ "Options": { "WebSocket": { "Subprotocols": [ "v5.channel.k8s.io", "v4.channel.k8s.io" ] } }, """;

    [Fact]
    public async Task ProcessThatCannotStart_IsHttp503()
    {
        var directory = Directory.CreateTempSubdirectory("gateway-gone-").FullName;
        await using var gateway = await StartAsync($"\"Command\": \"cat\", \"WorkingDirectory\": \"{directory}\"");
        Directory.Delete(directory);
        gateway.Log.Expect("no process could be started");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await RefusedAsync(gateway));
    }

    [Fact]
    public async Task MoreThanMaxProcesses_IsHttp503()
    {
        await using var gateway = await StartAsync("\"Command\": \"cat\", \"MaxProcesses\": 1");
        using var first = await WebSocketClient.ConnectAsync(gateway.Address("/run", "ws"));
        await first.SendTextAsync("here");
        Assert.Equal("here", await first.ReadTextAsync());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await RefusedAsync(gateway));
        await first.CloseAsync();
    }

    [Fact]
    public async Task EmptyText_IsABlankLine()
    {
        await using var gateway = await StartAsync("\"Command\": \"cat\"");
        using var client = await WebSocketClient.ConnectAsync(gateway.Address("/run", "ws"));
        await client.SendTextAsync("");
        Assert.Equal("", await client.ReadTextAsync());
        await client.CloseAsync();
    }

    [Fact]
    public async Task EmptyIsEof_EndsTheInput()
    {
        await using var gateway = await StartAsync("\"Command\": \"cat\"", """ "Options": { "WebSocket": { "EmptyIsEof": true } }, """);
        using var client = await WebSocketClient.ConnectAsync(gateway.Address("/run", "ws"));
        await client.SendTextAsync("last");
        await client.SendTextAsync("");
        Assert.Equal("last", await client.ReadTextAsync());
        Assert.Null(await client.ReadAsync());
        Assert.Equal(1000, client.CloseCode);
    }

    [Fact]
    public async Task MessageAfterTheHalfClose_ClosesWith4400()
    {
        await using var gateway = await StartAsync(
            "\"Command\": \"sh\", \"Arguments\": [ \"-c\", \"cat; sleep 30\" ], \"Stop\": { \"Grace\": \"00:00:00\" }", """ "Options": { "WebSocket": { "EmptyIsEof": true } }, """);
        using var client = await WebSocketClient.ConnectAsync(gateway.Address("/run", "ws"));
        await client.SendTextAsync("");
        await client.SendTextAsync("more");
        Assert.Contains("after the half-close", await client.ReadTextAsync(), StringComparison.Ordinal);
        Assert.Null(await client.ReadAsync());
        Assert.Equal(4400, client.CloseCode);
    }

    [Fact]
    public async Task JsonOfSeveralLines_IsOneLine()
    {
        await using var gateway = await StartAsync("\"Command\": \"cat\"");
        using var client = await WebSocketClient.ConnectAsync(gateway.Address("/run", "ws"));
        await client.SendTextAsync("{\n  \"a\": 1\n}");
        Assert.Equal("{\"a\": 1}", await client.ReadTextAsync());
        await client.CloseAsync();
    }

    [Fact]
    public async Task TextOfSeveralLines_IsRefused()
    {
        await using var gateway = await StartAsync("\"Command\": \"cat\"");
        using var client = await WebSocketClient.ConnectAsync(gateway.Address("/run", "ws"));
        await client.SendTextAsync("a\nb");
        Assert.Contains("line break", await client.ReadTextAsync(), StringComparison.Ordinal);
        Assert.Null(await client.ReadAsync());
        Assert.Equal(4400, client.CloseCode);
    }

    [Theory]
    [InlineData("split", "a\r\nb\n", new[] { "a", "b", "end" })]
    [InlineData("split", "\n", new[] { "", "end" })]
    [InlineData("escape", "a\nb", new[] { "a\\nb", "end" })]
    public async Task TextOfSeveralLines_IsWhatTheRouteSays(string lf, string text, string[] lines)
    {
        await using var gateway = await StartAsync("\"Command\": \"cat\"", $$""" "Options": { "WebSocket": { "Lf": "{{lf}}" } }, """);
        using var client = await WebSocketClient.ConnectAsync(gateway.Address("/run", "ws"));
        await client.SendTextAsync(text);
        await client.SendTextAsync("end");
        foreach (var line in lines)
        {
            Assert.Equal(line, await client.ReadTextAsync());
        }

        await client.CloseAsync();
    }

    [Fact]
    public async Task Exec_GivesBothStreamsAndTheExitCode()
    {
        await using var gateway = await StartAsync("\"Command\": \"sh\", \"Arguments\": [ \"-c\", \"cat; echo warn >&2; exit 42\" ]", Exec);
        using var client = await ConnectAsync(gateway, "v5.channel.k8s.io");
        Assert.Equal("v5.channel.k8s.io", client.Socket.SubProtocol);
        await client.SendBinaryAsync("\u0004{\"Width\":80,\"Height\":24}"u8.ToArray());
        await client.SendBinaryAsync("\0ls\nno newline"u8.ToArray());
        await client.SendBinaryAsync(new byte[] { 255, 0 });
        var streams = await ReadStreamsAsync(client);
        Assert.Equal("ls\nno newline", streams[1]);
        Assert.Equal("warn\n", streams[2]);
        Assert.Equal("""{"metadata":{},"status":"Failure","message":"process exited 42","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"42"}]}}""", streams[3]);
        Assert.Equal(1000, client.CloseCode);
    }

    [Fact]
    public async Task Exec_MovesMuchOnBothStreams()
    {
        await using var gateway = await StartAsync("\"Command\": \"sh\", \"Arguments\": [ \"-c\", \"head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2\" ]", Exec);
        using var client = await ConnectAsync(gateway, "v4.channel.k8s.io");
        var streams = await ReadStreamsAsync(client);
        Assert.Equal((300000, 300000), (streams[1].Length, streams[2].Length));
        Assert.Equal("""{"metadata":{},"status":"Success"}""", streams[3]);
    }

    [Fact]
    public async Task Exec_ClientThatCloses_StopsTheProcess()
    {
        await using var gateway = await StartAsync("\"Command\": \"cat\"", Exec);
        using var client = await ConnectAsync(gateway, "v5.channel.k8s.io");
        await client.SendBinaryAsync("\0a"u8.ToArray());
        Assert.Equal("\u0001a", await client.ReadTextAsync());
        await client.CloseAsync();
        await ChildProcesses.AssertNoneAsync();
    }

    [Fact]
    public async Task Exec_TextAndForeignChannels_AreRefused()
    {
        await using var gateway = await StartAsync("\"Command\": \"cat\"", Exec);
        using var text = await ConnectAsync(gateway, "v5.channel.k8s.io");
        await text.SendTextAsync("ls");
        await ReadStreamsAsync(text);
        Assert.Equal(1003, text.CloseCode);
        using var foreign = await ConnectAsync(gateway, "v4.channel.k8s.io");
        await foreign.SendBinaryAsync(new byte[] { 255, 0 });
        await ReadStreamsAsync(foreign);
        Assert.Equal(4400, foreign.CloseCode);
    }

    [Fact]
    public async Task Exec_IsNotSpokenUnlessTheRouteSaysSo()
    {
        await using var gateway = await StartAsync("\"Command\": \"cat\"");
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("v5.channel.k8s.io");
        await socket.ConnectAsync(gateway.Address("/run", "ws"), Wait.Token());
        Assert.True(string.IsNullOrEmpty(socket.SubProtocol));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", Wait.Token());
    }

    private static Task<WebSocketClient> ConnectAsync(RunningGateway gateway, string subprotocol) =>
        WebSocketClient.ConnectAsync(gateway.Address("/run", "ws"), options => options.AddSubProtocol(subprotocol));

    private static async Task<string[]> ReadStreamsAsync(WebSocketClient client)
    {
        var streams = new StringBuilder[4];
        for (var i = 0; i < streams.Length; i++)
        {
            streams[i] = new StringBuilder();
        }

        while (await client.ReadAsync() is { } message)
        {
            streams[message.Span[0]].Append(Encoding.UTF8.GetString(message.Span[1..]));
        }

        return [.. streams.Select(static stream => stream.ToString())];
    }

    private static async Task<HttpStatusCode> RefusedAsync(RunningGateway gateway)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(gateway.Address("/run", "ws"), Wait.Token()));
        return socket.HttpStatusCode;
    }

    private static Task<RunningGateway> StartAsync(string process, string route = "") => RunningGateway.StartAsync($$"""
        { "ReverseProxy": {
            "Routes": { "run": { "ClusterId": "run", {{route}} "Match": { "Path": "/run" } } },
            "Clusters": { "run": { "Protocol": "stdio", "Process": { {{process}} } } } } }
        """);
}
