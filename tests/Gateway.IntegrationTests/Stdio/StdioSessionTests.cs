using System.Text;
using System.Text.Json;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Stdio;

/// <summary>`gateway stdio`: JSON-RPC over the stdin and stdout of the program.</summary>
public sealed class StdioSessionTests(StdioFixture fixture) : IClassFixture<StdioFixture>, IAsyncLifetime
{
    private readonly string _key = Guid.NewGuid().ToString("N");
    private readonly GatewayCommand _session = GatewayCommand.Start("stdio", fixture.File, "library");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _session.DisposeAsync();

    [Fact]
    public async Task Unary_IsAResultUnderItsOwnId()
    {
        await CallAsync("7", "Echo", """{"text":"a"}""");
        AssertResult(await _session.ReadAsync(), "7", "a");
        await CallAsync("\"7\"", "Echo", """{"text":"b"}""");
        AssertResult(await _session.ReadAsync(), "\"7\"", "b");
        await EndsWellAsync();
    }

    [Fact]
    public async Task Calls_RunSideBySide()
    {
        await CallAsync("1", "Hang", $$"""{"key":"{{_key}}"}""");
        await CallAsync("\"1\"", "Echo", """{"text":"b"}""");
        AssertResult(await _session.ReadAsync(), "\"1\"", "b");
        await SendAsync("""{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}""");
        AssertError(await _session.ReadAsync(), "1", 1, 1);
        await fixture.Library.Ledger.WaitAsync(_key, static counters => counters is { Active: 0, Cancelled: 1 }, Wait.Token());
        await EndsWellAsync();
    }

    [Fact]
    public async Task ServerStream_IsNotificationsAndThenTheCount()
    {
        await CallAsync("3", "Stream", """{"count":2,"size":3,"replyTrailers":{"x-cost":"9"}}""");
        for (var i = 1; i <= 2; i++)
        {
            var message = await _session.ReadAsync();
            Assert.Equal("$/msg", message.GetProperty("method").GetString());
            Assert.Equal(3, message.GetProperty("params").GetProperty("id").GetInt32());
            Assert.Equal(i, message.GetProperty("params").GetProperty("seq").GetInt32());
            Assert.Equal(3, message.GetProperty("params").GetProperty("data").GetProperty("text").GetString()!.Length);
        }

        var end = await _session.ReadAsync();
        Assert.Equal(2, end.GetProperty("result").GetProperty("count").GetInt32());
        Assert.Equal("9", end.GetProperty("result").GetProperty("trailers").GetProperty("x-cost").GetString());
        await EndsWellAsync();
    }

    [Fact]
    public async Task ServerStream_FailureAfterAMessage_IsAnErrorWithTheStatus()
    {
        await CallAsync("3", "Stream", """{"count":1,"failure":{"code":14,"message":"shard moved"}}""");
        Assert.Equal("$/msg", (await _session.ReadAsync()).GetProperty("method").GetString());
        var error = AssertError(await _session.ReadAsync(), "3", 14, 14);
        Assert.Equal("shard moved", error.GetProperty("message").GetString());
        await EndsWellAsync();
    }

    [Fact]
    public async Task Requests_StreamByMessagesUntilTheHalf()
    {
        await CallAsync("5", "Collect", """{"text":"a"}""");
        await SendAsync("""{"jsonrpc":"2.0","method":"$/msg","params":{"id":5,"data":{"text":"b"}}}""");
        await SendAsync("""{"jsonrpc":"2.0","method":"$/half","params":{"id":5}}""");
        Assert.Equal("2", (await _session.ReadAsync()).GetProperty("result").GetProperty("count").GetString());
        await EndsWellAsync();
    }

    [Fact]
    public async Task Duplex_IsAnsweredMessageByMessage_AndTheEndOfStdinIsTheHalf()
    {
        await SendAsync("""{"jsonrpc":"2.0","id":"c","method":"library.v1.Behaviours/Chat"}""");
        await SendAsync("""{"jsonrpc":"2.0","method":"$/msg","params":{"id":"c","data":{"text":"x"}}}""");
        Assert.Equal("x", (await _session.ReadAsync()).GetProperty("params").GetProperty("data").GetProperty("text").GetString());
        _session.EndInput();
        Assert.Equal(1, (await _session.ReadAsync()).GetProperty("result").GetProperty("count").GetInt32());
        Assert.Equal((0, ""), await _session.EndAsync());
    }

    [Fact]
    public async Task LiveId_IsRefusedASecondTime_AndFreeAfterItsAnswer()
    {
        await CallAsync("1", "Hang", $$"""{"key":"{{_key}}"}""");
        await CallAsync("1", "Echo", "{}");
        AssertError(await _session.ReadAsync(), "null", -32600, null);
        await SendAsync("""{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}""");
        AssertError(await _session.ReadAsync(), "1", 1, 1);
        await CallAsync("1", "Echo", """{"text":"a"}""");
        AssertResult(await _session.ReadAsync(), "1", "a");
        await EndsWellAsync();
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"library.v1.Behaviours/Nothing"}""", "1", -32601)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"library.v1.Behaviours/Echo","params":{"txt":"a"}}""", "1", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"library.v1.Behaviours/Echo","params":["a"]}""", "1", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"meth""", "null", -32700)]
    [InlineData("""{"id":1,"method":"library.v1.Behaviours/Echo"}""", "1", -32600)]
    [InlineData("""[{"jsonrpc":"2.0","id":1,"method":"library.v1.Behaviours/Echo"}]""", "null", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{}}""", "null", -32600)]
    [InlineData("""{"jsonrpc":"2.0","method":"$/msg","params":{}}""", "null", -32602)]
    public async Task WhatCannotBeCalled_IsRefused_AndTheSessionGoesOn(string message, string id, int code)
    {
        await SendAsync(message);
        AssertError(await _session.ReadAsync(), id, code, null);
        await CallAsync("2", "Echo", """{"text":"a"}""");
        AssertResult(await _session.ReadAsync(), "2", "a");
        await EndsWellAsync();
    }

    [Fact]
    public async Task MessageToAUnaryCall_EndsIt()
    {
        await CallAsync("1", "Hang", $$"""{"key":"{{_key}}"}""");
        await fixture.Library.Ledger.WaitAsync(_key, static counters => counters.Active == 1, Wait.Token());
        await SendAsync("""{"jsonrpc":"2.0","method":"$/msg","params":{"id":1,"data":{}}}""");
        AssertError(await _session.ReadAsync(), "1", -32602, 3);
        await EndsWellAsync();
    }

    [Fact]
    public async Task TooMuchThatWaits_EndsThatCallAlone()
    {
        // The backend answers each message with 64 KiB, which nobody reads; so it stops reading, and what is sent has to wait.
        var big = new string('x', 64 * 1024);
        await SendAsync("""{"jsonrpc":"2.0","id":1,"method":"library.v1.Behaviours/Chat"}""");
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
            {
                await SendAsync($$$$"""{"jsonrpc":"2.0","method":"$/msg","params":{"id":1,"data":{"text":"{{{{big}}}}","repeat":20}}}""");
            }
        });
        JsonElement message;
        do
        {
            message = await _session.ReadAsync();
        }
        while (message.TryGetProperty("method", out _));
        AssertError(message, "1", 8, 8);
        await sending;
        await CallAsync("2", "Echo", """{"text":"a"}""");
        AssertResult(await _session.ReadAsync(), "2", "a");
        await EndsWellAsync();
    }

    [Fact]
    public async Task EndOfStdin_LetsCallsFinishForAWhile_ThenCancelsThem()
    {
        await CallAsync("1", "Hang", $$"""{"key":"{{_key}}"}""");
        await fixture.Library.Ledger.WaitAsync(_key, static counters => counters.Active == 1, Wait.Token());
        _session.EndInput();
        AssertError(await _session.ReadAsync(), "1", 1, 1);
        Assert.Equal((0, ""), await _session.EndAsync());
        await fixture.Library.Ledger.WaitAsync(_key, static counters => counters is { Active: 0, Cancelled: 1 }, Wait.Token());
    }

    [Fact]
    public async Task Sigterm_CancelsEverythingAndExits143()
    {
        await CallAsync("1", "Hang", $$"""{"key":"{{_key}}"}""");
        await fixture.Library.Ledger.WaitAsync(_key, static counters => counters.Active == 1, Wait.Token());
        await _session.SignalAsync("TERM");
        await fixture.Library.Ledger.WaitAsync(_key, static counters => counters is { Active: 0, Cancelled: 1 }, Wait.Token());
        Assert.Equal((143, ""), await _session.EndAsync());
    }

    [Fact]
    public async Task Notification_IsCalledAndNotAnswered()
    {
        await SendAsync($$$"""{"jsonrpc":"2.0","method":"library.v1.Behaviours/Stream","params":{"key":"{{{_key}}}","count":3}}""");
        await fixture.Library.Ledger.WaitAsync(_key, static counters => counters.Completed == 1, Wait.Token());
        await CallAsync("2", "Echo", """{"text":"a"}""");
        AssertResult(await _session.ReadAsync(), "2", "a");
        await EndsWellAsync();
    }

    [Fact]
    public async Task LspFraming_BothWays()
    {
        await using var session = GatewayCommand.Start("stdio", fixture.File, "library", "--framing", "lsp");
        var request = """{"jsonrpc":"2.0","id":1,"method":"library.v1.Behaviours/Echo","params":{"text":"ä"}}""";
        await session.SendAsync($"Content-Length: {Encoding.UTF8.GetByteCount(request)}\r\n\r\n{request}");
        session.EndInput();
        var output = await session.Output.ReadToEndAsync(Wait.Token());
        var (head, body) = (output[..output.IndexOf("\r\n\r\n", StringComparison.Ordinal)], output[(output.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        Assert.Equal($"Content-Length: {Encoding.UTF8.GetByteCount(body)}", head);
        AssertResult(JsonDocument.Parse(body).RootElement, "1", "ä");
        Assert.Equal((0, ""), await session.EndAsync());
    }

    [Fact]
    public async Task OpaqueProgram_GetsLinesAndItsLinesComeBack()
    {
        await using var session = GatewayCommand.Start("stdio", fixture.File, "cat");
        await session.SendAsync("one\n");
        Assert.Equal("one", await session.Output.ReadLineAsync(Wait.Token()));
        await session.SendAsync("{\"two\":2}\n");
        Assert.Equal("{\"two\":2}", await session.Output.ReadLineAsync(Wait.Token()));
        session.EndInput();
        Assert.Equal((0, ""), await session.EndAsync());
    }

    [Fact]
    public async Task OpaqueProgram_ThatStaysAfterTheEndOfStdin_IsStopped()
    {
        var (exit, output, errors) = await GatewayCommand.RunAsync("", "stdio", fixture.File, "sleep");
        Assert.Equal((0, "", ""), (exit, output, errors));
    }

    [Fact]
    public async Task OpaqueSocket_GetsLinesAndItsMessagesComeBack()
    {
        await using var session = GatewayCommand.Start("stdio", fixture.File, "socket");
        await session.SendAsync("""{"jsonrpc":"2.0","id":1,"method":"m"}""" + "\n");
        Assert.Equal("""{"jsonrpc":"2.0","id":1,"method":"m"}""", await session.Output.ReadLineAsync(Wait.Token()));
        session.EndInput();
        Assert.Equal((0, ""), await session.EndAsync());
        await Wait.UntilAsync(() => fixture.Sockets.Active == 0, "the socket stays open");
    }

    private Task SendAsync(string message) => _session.SendAsync(message + "\n");

    private Task CallAsync(string id, string method, string parameters) =>
        SendAsync($$"""{"jsonrpc":"2.0","id":{{id}},"method":"library.v1.Behaviours/{{method}}","params":{{parameters}}}""");

    private async Task EndsWellAsync()
    {
        _session.EndInput();
        Assert.Null(await _session.Output.ReadLineAsync(Wait.Token()));
        Assert.Equal((0, ""), await _session.EndAsync());
    }

    private static void AssertResult(JsonElement message, string id, string text)
    {
        Assert.True(message.TryGetProperty("result", out var result), message.GetRawText());
        Assert.Equal(id, message.GetProperty("id").GetRawText());
        Assert.Equal(text, result.GetProperty("text").GetString());
    }

    private static JsonElement AssertError(JsonElement message, string id, int code, int? status)
    {
        Assert.True(message.TryGetProperty("error", out var error), message.GetRawText());
        Assert.Equal(id, message.GetProperty("id").GetRawText());
        Assert.Equal(code, error.GetProperty("code").GetInt32());
        if (status is not null)
        {
            Assert.Equal(status, error.GetProperty("data").GetProperty("code").GetInt32());
        }

        return error;
    }
}
