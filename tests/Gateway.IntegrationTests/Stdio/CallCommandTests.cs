using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Stdio;

/// <summary>`gateway call`, as a shell runs it.</summary>
public sealed class CallCommandTests(StdioFixture fixture) : IClassFixture<StdioFixture>
{
    private const string Behaviours = "library.v1.Behaviours/";

    private readonly string _key = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Unary_PrintsOneLineAndExits0()
    {
        var (exit, output, errors) = await CallAsync("""{ "text": "hä\n" }""", Behaviours + "Echo");
        Assert.True(exit == 0, errors);
        Assert.EndsWith("}\n", output);
        Assert.Equal(1, output.Count(static c => c == '\n'));
        Assert.Equal("hä\n", JsonDocument.Parse(output).RootElement.GetProperty("text").GetString());
        Assert.Equal("", errors);
    }

    [Fact]
    public async Task Unary_WithoutInput_IsTheEmptyMessage()
    {
        var (exit, output, errors) = await CallAsync("\n", "/" + Behaviours + "Echo");
        Assert.True(exit == 0, errors);
        Assert.Contains("metadata", output);
    }

    [Fact]
    public async Task Unary_TwoMessages_AreRefused()
    {
        var (exit, output, errors) = await CallAsync("{}\n{}\n", Behaviours + "Echo");
        Assert.Equal(67, exit);
        Assert.Equal("", output);
        Assert.Equal(3, JsonDocument.Parse(errors).RootElement.GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Data_StandsForStdin_AndHeadersAndDeadlineReachTheBackend()
    {
        await using var command = GatewayCommand.Start("call", fixture.File, Behaviours + "Echo", "-d", """{"text":"x"}""", "-H", "x-a: 1", "-H", "x-b: two", "--timeout", "5s");
        var answer = await command.ReadAsync();
        var metadata = answer.GetProperty("metadata").EnumerateArray().ToDictionary(static m => m.GetProperty("key").GetString()!, static m => m.GetProperty("value").GetString());
        Assert.Equal("1", metadata["x-a"]);
        Assert.Equal("two", metadata["x-b"]);
        Assert.NotEqual("", answer.GetProperty("grpcTimeout").GetString());
        Assert.Equal(0, (await command.EndAsync()).Exit);
    }

    [Fact]
    public async Task Verbose_TellsMetadataAndTrailersOnStderr()
    {
        var (exit, output, errors) = await CallAsync("""{"replyHeaders":{"x-head":"h"},"replyTrailers":{"x-tail":"t"}}""", Behaviours + "Echo", "-v");
        Assert.Equal(0, exit);
        Assert.Contains("< x-head: h\n", errors);
        Assert.Contains("< x-tail: t\n", errors);
        Assert.DoesNotContain("<", output);
    }

    [Theory]
    [InlineData(1, 65)]
    [InlineData(5, 69)]
    [InlineData(7, 71)]
    [InlineData(14, 78)]
    [InlineData(16, 80)]
    public async Task Failure_IsALineOfJsonOnStderrAndTheExitCode(int code, int expected)
    {
        var (exit, output, errors) = await CallAsync($$$"""{"failure":{"code":{{{code}}},"message":"no \"x\"","details":true}}""", Behaviours + "Fail");
        Assert.Equal(expected, exit);
        Assert.Equal("", output);
        var status = JsonDocument.Parse(errors).RootElement;
        Assert.Equal(1, errors.Count(static c => c == '\n'));
        Assert.Equal(code, status.GetProperty("code").GetInt32());
        Assert.Equal("no \"x\"", status.GetProperty("message").GetString());
        Assert.NotEqual(0, status.GetProperty("details").GetArrayLength());
    }

    [Fact]
    public async Task ServerStream_IsALinePerMessage_AndAFailureAfterThemIsTold()
    {
        var (exit, output, errors) = await CallAsync("""{"count":3,"size":2,"failure":{"code":8,"message":"quota"}}""", Behaviours + "Stream");
        Assert.Equal(72, exit);
        Assert.Equal(3, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("\"quota\"", errors);
    }

    [Fact]
    public async Task ClientStream_TakesLinesAndConcatenatedValues_EndOfInputIsTheHalfClose()
    {
        var (exit, output, errors) = await CallAsync("{\"text\":\"a\"}{\"text\":\"b\"}\n{\n \"text\": \"c\"}\n", Behaviours + "Collect");
        Assert.True(exit == 0, errors);
        Assert.Contains("\"count\":\"3\"", output);
        Assert.Contains("[\"a\",\"b\",\"c\"]", output);
    }

    [Fact]
    public async Task Duplex_AnswersBeforeTheInputEnds()
    {
        await using var command = GatewayCommand.Start("call", fixture.File, Behaviours + "Chat");
        await command.SendAsync("{\"text\":\"one\"}\n");
        Assert.Equal("one", (await command.ReadAsync()).GetProperty("text").GetString());
        await command.SendAsync("{\"text\":\"two\"}\n");
        Assert.Equal("two", (await command.ReadAsync()).GetProperty("text").GetString());
        command.EndInput();
        Assert.Equal((0, ""), await command.EndAsync());
    }

    [Fact]
    public async Task VerbAndPath_GoByTheRulesOfTheSchema()
    {
        var (exit, output, errors) = await GatewayCommand.RunAsync("", "call", fixture.File, "GET", "/v1/behaviours/echo/hello");
        Assert.True(exit == 0, errors);
        Assert.Equal("hello", JsonDocument.Parse(output).RootElement.GetProperty("text").GetString());

        (exit, output, errors) = await GatewayCommand.RunAsync("""{"text":"posted"}""", "call", fixture.File, "POST /v1/behaviours:echo");
        Assert.True(exit == 0, errors);
        Assert.Contains("posted", output);
    }

    [Fact]
    public async Task AGet_DoesNotWaitForStdin()
    {
        await using var command = GatewayCommand.Start("call", fixture.File, "GET /v1/behaviours/echo/hello");
        Assert.Equal("hello", (await command.ReadAsync()).GetProperty("text").GetString());
        Assert.Equal(0, (await command.EndAsync()).Exit);
    }

    [Theory]
    [InlineData(69, "did you mean 'sort'", "sotr")]
    [InlineData(76, "No route serves a method", "library.v1.Library/Nothing")]
    [InlineData(69, "No route matches", "GET /nowhere/at/all")]
    [InlineData(76, "does not serve stdio", "http-only")]
    public async Task UnknownTarget_SaysWhatIsWrong(int expected, string text, string target)
    {
        var (exit, output, errors) = await CallAsync("", target);
        Assert.Equal(expected, exit);
        Assert.Equal("", output);
        Assert.Contains(text, JsonDocument.Parse(errors).RootElement.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("-H", "no header")]
    [InlineData("--timeout", "5")]
    [InlineData("--timeout", "-5s")]
    public async Task BadOption_IsRefusedBeforeAnythingStarts(string option, string value)
    {
        var (exit, _, errors) = await CallAsync("", "sort", option, value);
        Assert.Equal(1, exit);
        Assert.Contains($"'{value}'", errors);
    }

    [Fact]
    public async Task BadFile_IsToldAsByCheck()
    {
        var file = Path.Combine(Path.GetDirectoryName(fixture.File)!, "bad.json");
        await File.WriteAllTextAsync(file, """{ "ReverseProxy": { "Routs": {} } }""");
        var (exit, output, errors) = await GatewayCommand.RunAsync("", "call", file, "sort");
        Assert.Equal((1, ""), (exit, output));
        Assert.Contains($"{file}:1:", errors);
        Assert.Equal(2, (await GatewayCommand.RunAsync("", "call", file + "x", "sort")).Exit);
    }

    [Fact]
    public async Task Timeout_Exits68_AndTheBackendIsCancelled()
    {
        var (exit, _, errors) = await CallAsync($$"""{"key":"{{_key}}"}""", Behaviours + "Hang", "--timeout", "500ms");
        Assert.True(exit == 68, errors);
        await fixture.Library.Ledger.WaitAsync(_key, static counters => counters is { Started: 1, Active: 0 }, Wait.Token());
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task Signal_CancelsTheCall(string signal, int expected)
    {
        await using var command = GatewayCommand.Start("call", fixture.File, Behaviours + "Hang", "-d", $$"""{"key":"{{_key}}"}""");
        await fixture.Library.Ledger.WaitAsync(_key, static counters => counters.Active == 1, Wait.Token());
        await command.SignalAsync(signal);
        await fixture.Library.Ledger.WaitAsync(_key, static counters => counters is { Active: 0, Cancelled: 1 }, Wait.Token());
        Assert.Equal((expected, ""), await command.EndAsync());
    }

    [Fact]
    public async Task Signal_StopsTheChildOfAStdioBackend()
    {
        await using var command = GatewayCommand.Start("call", fixture.File, "cat");
        await command.SendAsync("up\n");
        Assert.Equal("up", await command.Output.ReadLineAsync(Wait.Token()));
        await command.SignalAsync("INT");
        Assert.Equal((130, ""), await command.EndAsync());
    }

    [Fact]
    public async Task ReaderThatLeaves_CancelsTheCall()
    {
        var (exit, output) = await ShellAsync($"{Gateway} call {fixture.File} {Behaviours}Stream -d '{{\"key\":\"{_key}\",\"count\":100000000,\"size\":1000}}' | head -1 | cut -c-9; exit ${{PIPESTATUS[0]}}");
        Assert.Equal((141, "{\"text\":\""), (exit, output.Trim()));
        await fixture.Library.Ledger.WaitAsync(_key, static counters => counters is { Active: 0, Cancelled: 1 }, Wait.Token());
    }

    [Fact]
    public async Task Pipelines_OfCalls_Work()
    {
        var (exit, output) = await ShellAsync($"printf 'pear\\napple\\nfig\\n' | {Gateway} call {fixture.File} sort | {Gateway} call {fixture.File} cat | tail -2");
        Assert.Equal((0, "fig\npear\n"), (exit, output));
    }

    [Fact]
    public async Task Output_OfOneAfterTheOther_StandsInOneFile()
    {
        var file = Path.Combine(Path.GetDirectoryName(fixture.File)!, _key);
        var (exit, output) = await ShellAsync($"({Gateway} call {fixture.File} cat -d one; echo and; {Gateway} call {fixture.File} cat -d two) > {file}; cat {file}");
        Assert.Equal((0, "one\nand\ntwo\n"), (exit, output));
    }

    [Fact]
    public async Task StdioBackend_ExitCodeAfterOutput_IsTold()
    {
        var (exit, output, errors) = await CallAsync("", "exit");
        Assert.Equal((71, "one\n"), (exit, output));
        Assert.Equal(7, JsonDocument.Parse(errors).RootElement.GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task StdioBackend_Timeout_Exits68()
    {
        var (exit, _, errors) = await CallAsync("", "sleep", "--timeout", "0.3s");
        Assert.True(exit == 68, errors);
    }

    [Fact]
    public async Task LongLines_PassWhole()
    {
        var line = new string('x', 1024 * 1024);
        var (exit, output, errors) = await CallAsync(line + "\n", "cat");
        Assert.True(exit == 0, errors);
        Assert.True(output == line + "\n", output.Length.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Wrap_ShowsEachMessageAsAnEvent()
    {
        var (exit, output, errors) = await CallAsync("a\"b\n", "cat", "--wrap");
        Assert.True(exit == 0, errors);
        Assert.Equal("""{"id":null,"event":null,"data":"a\"b"}""" + "\n", output);
    }

    [Fact]
    public async Task WebSocketBackend_LinesAreMessages_BothWays()
    {
        await using var command = GatewayCommand.Start("call", fixture.File, "socket");
        await command.SendAsync("one\n");
        Assert.Equal("one", await command.Output.ReadLineAsync(Wait.Token()));
        await command.SendAsync("two\n");
        Assert.Equal("two", await command.Output.ReadLineAsync(Wait.Token()));
        await command.SignalAsync("INT");
        Assert.Equal((130, ""), await command.EndAsync());
        await Wait.UntilAsync(() => fixture.Sockets.Active == 0, "the socket stays open");
    }

    [Fact]
    public async Task WebSocketBackend_ItsCloseEndsTheCall()
    {
        var (exit, output, errors) = await CallAsync("", "GET /ticks");
        Assert.True(exit == 0, errors);
        Assert.Equal("{\"type\":\"tick\",\"n\":1}\n{\"type\":\"tick\",\"n\":2}\n", output);
    }

    private static string Gateway => $"{GatewayCommand.DotNet} {GatewayCommand.Assembly}";

    [Fact]
    public async Task WebSocketBackend_ThatCannotBeToldOfTheEnd_IsLeftAfterTheLinger()
    {
        var (exit, output, errors) = await CallAsync("one\ntwo\n", "socket", "--linger", "1s");
        Assert.Equal((0, "one\ntwo\n", ""), (exit, output, errors));
    }

    private Task<(int Exit, string Output, string Errors)> CallAsync(string input, params string[] arguments) =>
        GatewayCommand.RunAsync(input, ["call", fixture.File, .. arguments]);

    private static async Task<(int Exit, string Output)> ShellAsync(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        shell.StandardInput.Close();
        var output = await shell.StandardOutput.ReadToEndAsync(Wait.Token());
        await shell.WaitForExitAsync(Wait.Token());
        return (shell.ExitCode, output);
    }
}
