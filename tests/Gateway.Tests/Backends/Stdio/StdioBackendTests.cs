using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text;
using Gateway.Backends.Stdio;
using Gateway.Configuration;
using Transcoders.Calls;
using static Gateway.Tests.Backends.Stdio.StdioHarness;

namespace Gateway.Tests.Backends.Stdio;

[UnsupportedOSPlatform("windows")]
public sealed class StdioBackendTests
{
    [Fact]
    public async Task Lines_GoInAndComeBack()
    {
        await using var tool = Shell("cat");
        var (lines, status) = await tool.CallAsync("one", "", "zwei ü");
        Assert.Equal(["one", "", "zwei ü"], lines);
        Assert.True(status.IsOk);
    }

    [Fact]
    public async Task TestChild_Echoes()
    {
        await using var tool = new StdioHarness(TestChildProgram.Settings("echo"));
        var (lines, status) = await tool.CallAsync("hello");
        Assert.Equal(["hello"], lines);
        Assert.True(status.IsOk, status.ToString());
    }

    [Fact]
    public async Task LastWrite_ClosesStdin()
    {
        await using var tool = Shell("cat; echo end");
        await using var call = tool.Open();
        Assert.Same(ResponseHead.Empty, await call.ReadHeadAsync(default));
        await call.WriteAsync(TextMessage("a"), last: true, default);
        Assert.Equal(["a", "end"], await ReadAllAsync(call));
    }

    [Fact]
    public async Task KeptBackMessages_LeaveOnFlush()
    {
        await using var tool = Shell("cat");
        await using var call = tool.Open();
        await call.WriteAsync(TextMessage("a"), last: false, default);
        await call.FlushAsync(default);
        Assert.Equal("a", await ReadAsync(call));
        await call.WriteAsync(TextMessage("b"), last: false, default);
        await call.WriteAsync(TextMessage("c"), last: false, default);
        await call.HalfCloseAsync(default);
        Assert.Equal(["b", "c"], await ReadAllAsync(call));
    }

    [Fact]
    public async Task BufferedLines_AreReadWithoutWaiting()
    {
        await using var tool = Shell("printf 'a\\nb\\nc\\n'");
        await using var call = tool.Open();
        Assert.Equal("a", await ReadAsync(call));
        foreach (var expected in (string[])["b", "c"])
        {
            var read = call.ReadAsync(default);
            Assert.True(read.IsCompletedSuccessfully);
            Assert.Equal(expected, Encoding.UTF8.GetString((await read)!.Value.Payload.Span));
        }

        Assert.Null(await ReadAsync(call));
    }

    [Fact]
    public async Task OneMebibyteBothWays_DoesNotDeadlock()
    {
        await using var tool = Shell("cat");
        await using var call = tool.Open();
        var line = new string('x', 1024 * 1024);
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 4; i++)
            {
                await call.WriteAsync(TextMessage(line), last: i == 3, default);
            }
        });
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(line, await ReadAsync(call));
        }

        Assert.Null(await ReadAsync(call));
        await writing;
        Assert.True(call.Status.IsOk);
    }

    [Fact]
    public async Task RawBytes_PassAsTheyAre()
    {
        await using var tool = new StdioHarness(ShellSettings("cat") with { Framing = "raw" }, PayloadFormat.Binary);
        await using var call = tool.Open();
        byte[] bytes = [0, 10, 13, 255, 0, 10];
        await call.WriteAsync(new Message(bytes, PayloadFormat.Binary), last: true, default);
        var received = new List<byte>();
        while (await call.ReadAsync(default) is { } chunk)
        {
            Assert.Equal(PayloadFormat.Binary, chunk.Format);
            received.AddRange(chunk.Payload.Span);
        }

        Assert.Equal(bytes, received);
    }

    [Fact]
    public async Task PartialLastLine_IsAMessage()
    {
        await using var tool = new StdioHarness(TestChildProgram.Settings("partial"));
        var (lines, _) = await tool.CallAsync();
        Assert.Equal(["whole", "part"], lines);
    }

    [Fact]
    public async Task TextThatIsNotUtf8_SaysThatItIsBinary()
    {
        await using var tool = Shell("printf '\\377\\nok\\n'");
        await using var call = tool.Open();
        Assert.Equal(PayloadFormat.Binary, (await call.ReadAsync(default))!.Value.Format);
        Assert.Equal(PayloadFormat.Text, (await call.ReadAsync(default))!.Value.Format);
        Assert.Null(await call.ReadAsync(default));
    }

    [Fact]
    public async Task StderrFlood_BlocksNothing()
    {
        await using var tool = new StdioHarness(TestChildProgram.Settings("flood-stderr", "50000"));
        var (lines, status) = await tool.CallAsync();
        Assert.Equal(["done"], lines);
        Assert.True(status.IsOk);
        Assert.InRange(tool.Log.Of("ChildStderr").Count, 1, 5000);
        Assert.NotEmpty(tool.Log.Of("ChildStderrLeftOut"));
    }

    [Theory]
    [InlineData("head -c 100000 /dev/zero | tr '\\0' x; exec sleep 1000000")]
    [InlineData("yes $(head -c 3000 /dev/zero | tr '\\0' x)")]
    public async Task OversizedLine_IsATypedErrorAndTheChildEnds(string script)
    {
        await using var tool = new StdioHarness(ShellSettings(script) with { LineLength = 1000 });
        await using var call = tool.Open();
        var pid = Assert.Single(tool.Table.Snapshot()).Pid;
        Assert.Null(await ReadAsync(call));
        Assert.Equal(StatusCode.ResourceExhausted, call.Status.Code);
        Assert.Equal(502, call.Status.HttpStatus);
        AssertGoes(pid);
    }

    [Fact]
    public async Task EndlessOutputWithoutNewline_IsATypedError()
    {
        await using var tool = new StdioHarness(TestChildProgram.Settings("flood-stdout") with { StopGrace = TimeSpan.FromMilliseconds(100) });
        var (lines, status) = await tool.CallAsync();
        Assert.Empty(lines);
        Assert.Equal(StatusCode.ResourceExhausted, status.Code);
    }

    [Theory]
    [InlineData("exit 0", StatusCode.Ok, "")]
    [InlineData("exit 3", StatusCode.Unknown, "process exited 3")]
    [InlineData("exit 65", StatusCode.InvalidArgument, "process exited 65")]
    [InlineData("exit 77", StatusCode.PermissionDenied, "process exited 77")]
    [InlineData("exit 127", StatusCode.Unavailable, "process exited 127")]
    [InlineData("kill -9 $$", StatusCode.ResourceExhausted, "process was killed by signal 9")]
    [InlineData("kill -15 $$", StatusCode.Internal, "process was killed by signal 15")]
    [InlineData("kill -6 $$", StatusCode.Internal, "process was killed by signal 6")]
    public async Task Exit_IsTheStatus(string script, StatusCode code, string message)
    {
        await using var tool = Shell("echo out; " + script);
        var (lines, status) = await tool.CallAsync();
        Assert.Equal(["out"], lines);
        Assert.Equal(code, status.Code);
        Assert.Equal(message, status.Message);
        Assert.True(status.IsOk || status.Origin == StatusOrigin.Backend);
    }

    [Fact]
    public async Task StatusOnLastLineOfStderr_WinsOverTheExitCode()
    {
        await using var tool = new StdioHarness(TestChildProgram.Settings("fail-with-status", """{"code":5,"message":"no item a"}"""));
        var (_, status) = await tool.CallAsync();
        Assert.Equal(StatusCode.NotFound, status.Code);
        Assert.Equal("no item a", status.Message);
    }

    [Fact]
    public async Task StatusOnStderr_IsOnlyALineWhenTheProcessSucceeds()
    {
        await using var tool = Shell("""echo '{"code":5,"message":"x"}' >&2""");
        Assert.True((await tool.CallAsync()).Status.IsOk);
    }

    [Fact]
    public async Task StderrTail_IsShownOnlyWhenConfigured()
    {
        var settings = ShellSettings("printf 'first\\n\\033[1mbad input\\n' >&2; exit 65");
        await using (var tool = new StdioHarness(settings))
        {
            Assert.Equal("process exited 65", (await tool.CallAsync()).Status.Message);
            Assert.Contains(@"stderr: \x1b[1mbad input", tool.Log.All, StringComparison.Ordinal);
        }

        await using (var tool = new StdioHarness(settings with { ExposeStderr = true }))
        {
            Assert.Equal(@"process exited 65: first\n\x1b[1mbad input", (await tool.CallAsync()).Status.Message);
        }
    }

    [Fact]
    public async Task Environment_IsOnlyWhatIsConfigured()
    {
        Environment.SetEnvironmentVariable("STDIO_TEST_SECRET", "hunter2");
        Environment.SetEnvironmentVariable("STDIO_TEST_PASSED", "passed");
        var settings = new ProcessSettings
        {
            Command = "/usr/bin/env",
            Environment = new Dictionary<string, string> { ["B"] = "two words", ["A"] = "ä=1" },
            PassEnvironment = ["STDIO_TEST_PASSED", "STDIO_TEST_NOT_SET"],
        };
        await using var tool = new StdioHarness(settings);
        using var activity = new Activity("call").SetIdFormat(ActivityIdFormat.W3C);
        activity.TraceStateString = "k=v";
        activity.Start();
        await using var call = tool.Open(Head(method: "demo.v1.Items/Get"));
        var variables = await ReadAllAsync(call);
        Assert.Matches("^GW_CALL_ID=[0-9a-f]{32}$", Assert.Single(variables, static v => v.StartsWith("GW_CALL_ID=", StringComparison.Ordinal)));
        Assert.Equal(
            ["A=ä=1", "B=two words", "STDIO_TEST_PASSED=passed", "GATEWAY_METHOD=demo.v1.Items/Get", $"TRACEPARENT={activity.Id}", "TRACESTATE=k=v"],
            variables.Where(static v => !v.StartsWith("GW_CALL_ID=", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Arguments_ReachTheProcessAsTheyAre()
    {
        string[] arguments = ["$HOME", "`id`", "a b", "", "*", "; exit 1", "'\"", "ä"];
        await using var tool = new StdioHarness(TestChildProgram.Settings(["arguments", .. arguments]));
        Assert.Equal(arguments, (await tool.CallAsync()).Lines);
    }

    [Fact]
    public async Task WorkingDirectory_IsTheConfiguredOne()
    {
        await using var tool = new StdioHarness(ShellSettings("pwd") with { WorkingDirectory = "/usr/bin/.." });
        Assert.Equal(["/usr"], (await tool.CallAsync()).Lines);
    }

    [Fact]
    public async Task OnlyThreeDescriptors_AreInherited()
    {
        await using var tool = Shell("ls /proc/self/fd");

        // The fourth is the directory that ls itself has opened.
        Assert.Equal(["0", "1", "2", "3"], (await tool.CallAsync()).Lines);
    }

    [Fact]
    public async Task SpawnFailure_IsAReadableStatus()
    {
        await using var tool = new StdioHarness(new ProcessSettings
        {
            Command = "no-such-tool-here",
            Arguments = ["--token=hunter2"],
            Environment = new Dictionary<string, string> { ["TOKEN"] = "hunter2" },
        });
        await using var call = tool.Open();
        await Assert.ThrowsAsync<IOException>(() => call.WriteAsync(TextMessage("a"), last: false, default).AsTask());
        Assert.Null(await ReadAsync(call));
        Assert.Equal(StatusCode.Unavailable, call.Status.Code);
        Assert.Contains("'tool' could not be started", call.Status.Message, StringComparison.Ordinal);
        Assert.Equal(StatusOrigin.Transport, call.Status.Origin);
        var logged = Assert.Single(tool.Log.Of("SpawnFailed"));
        Assert.Contains("There is no 'no-such-tool-here' on the gateway's PATH", logged, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", tool.Log.All + call.Status.Message, StringComparison.Ordinal);
        Assert.Equal(1, tool.Table.Totals()[0].SpawnFailures);
    }

    [Fact]
    public async Task MissingInterpreter_IsSaid()
    {
        var script = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.sh");
        await File.WriteAllTextAsync(script, "#!/no/such/interpreter\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            await using var tool = new StdioHarness(new ProcessSettings { Command = script });
            Assert.Equal(StatusCode.Unavailable, (await OpenOnly(tool)).Code);
            Assert.Contains("the interpreter or loader", Assert.Single(tool.Log.Of("SpawnFailed")), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(script);
        }
    }

    [Fact]
    public async Task CommandInstalledLater_IsFound()
    {
        var directory = Directory.CreateTempSubdirectory();
        try
        {
            var path = Path.Combine(directory.FullName, "later");
            await using var tool = new StdioHarness(new ProcessSettings { Command = path });
            Assert.Equal(StatusCode.Unavailable, (await OpenOnly(tool)).Code);
            File.CreateSymbolicLink(path, "/bin/true");
            Assert.True((await OpenOnly(tool)).IsOk);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task MaxProcesses_RefusesAndRecovers()
    {
        await using var tool = new StdioHarness(ShellSettings("cat") with { MaxProcesses = 2 });
        await using var first = tool.Open();
        await using (var second = tool.Open())
        {
            await using var third = tool.Open();
            Assert.Null(await ReadAsync(third));
            Assert.Equal(StatusCode.Unavailable, third.Status.Code);
            Assert.Contains("All 2 processes of cluster 'tool' are in use", third.Status.Message, StringComparison.Ordinal);
            await second.HalfCloseAsync(default);
            Assert.Null(await ReadAsync(second));
        }

        await using var fourth = tool.Open();
        await fourth.WriteAsync(TextMessage("free again"), last: true, default);
        Assert.Equal(["free again"], await ReadAllAsync(fourth));
        Assert.Equal(1, tool.Table.Totals()[0].Refused);
    }

    [Fact]
    public async Task OneSlot_ServesOneCallAfterAnother()
    {
        await using var tool = new StdioHarness(ShellSettings("cat") with { MaxProcesses = 1 });
        for (var i = 0; i < 50; i++)
        {
            var (lines, status) = await tool.CallAsync($"{i}");
            Assert.True(status.IsOk, status.ToString());
            Assert.Equal([$"{i}"], lines);
        }
    }

    [Fact]
    public void FormatOf_FollowsFramingAndSchema()
    {
        var cluster = new ClusterSettings { Id = "x", Process = new ProcessSettings() };
        Assert.Equal(PayloadFormat.Text, StdioBackend.FormatOf(cluster));
        Assert.Equal(PayloadFormat.Json, StdioBackend.FormatOf(cluster with { Schema = new SchemaSettings() }));
        Assert.Equal(PayloadFormat.Binary, StdioBackend.FormatOf(cluster with { Process = new ProcessSettings { Framing = "raw" } }));
    }

    private static async Task<CallStatus> OpenOnly(StdioHarness tool)
    {
        await using var call = tool.Open();
        await ReadAllAsync(call);
        return call.Status;
    }
}
