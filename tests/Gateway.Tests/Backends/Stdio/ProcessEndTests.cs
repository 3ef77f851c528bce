using System.Globalization;
using Gateway.Backends.Stdio;
using Transcoders.Calls;
using static Gateway.Tests.Backends.Stdio.StdioHarness;

namespace Gateway.Tests.Backends.Stdio;

/// <summary>However a call ends, nothing of its process is left.</summary>
public sealed class ProcessEndTests
{
    [Fact]
    public async Task DisposedCall_TakesTheWholeGroupWithIt()
    {
        await using var tool = Shell("sleep 1000000 & echo $!; echo $$; exec sleep 1000000");
        int grandchild, child;
        await using (var call = tool.Open())
        {
            grandchild = await ReadPid(call);
            child = await ReadPid(call);
            Assert.False(IsGone(grandchild));
            Assert.False(IsGone(child));
        }

        AssertGoes(child);
        AssertGoes(grandchild);
        await tool.Table.StopAllAsync().WaitAsync(Patience);
        Assert.False(Directory.Exists($"/proc/{child}"), "The child is a zombie.");
    }

    [Fact]
    public async Task ChildThatFollowsItsInput_NeverSeesASignal()
    {
        await using var tool = new StdioHarness(ShellSettings("trap 'echo term >&2' TERM; echo up; cat; echo 'bye' >&2") with { StopGrace = Patience });
        await using (var call = tool.Open())
        {
            Assert.Equal("up", await ReadAsync(call));
        }

        await tool.Table.StopAllAsync().WaitAsync(Patience);
        Assert.Contains("stderr: bye", tool.Log.All, StringComparison.Ordinal);
        Assert.DoesNotContain("stderr: term", tool.Log.All, StringComparison.Ordinal);
        Assert.Empty(tool.Log.Of("ChildKilled"));
    }

    [Fact]
    public async Task ChildThatIgnoresItsInput_IsTerminated()
    {
        await using var tool = Shell("trap 'echo term >&2; exit 0' TERM; echo up; while :; do sleep 0.01; done");
        await using (var call = tool.Open())
        {
            Assert.Equal("up", await ReadAsync(call));
        }

        await tool.Table.StopAllAsync().WaitAsync(Patience);
        Assert.Contains("stderr: term", tool.Log.All, StringComparison.Ordinal);
        Assert.Empty(tool.Log.Of("ChildKilled"));
    }

    [Fact]
    public async Task ChildThatIgnoresSigterm_IsKilled()
    {
        await using var tool = new StdioHarness(TestChildProgram.Settings("ignore-term") with { StopGrace = TimeSpan.FromMilliseconds(100) });
        int pid;
        await using (var call = tool.Open())
        {
            pid = await ReadPid(call);
        }

        await tool.Table.StopAllAsync().WaitAsync(Patience);
        Assert.True(IsGone(pid));
        Assert.Single(tool.Log.Of("ChildKilled"));
        Assert.Equal(1, tool.Table.Totals()[0].ExitsBySignal[9]);
    }

    [Fact]
    public async Task GrandchildThatIgnoresSigtermAndOutlivesTheLeader_IsKilled()
    {
        await using var tool = Shell("sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1; done' & read line; exit 0");
        int grandchild;
        await using (var call = tool.Open())
        {
            grandchild = await ReadPid(call);
        }

        await tool.Table.StopAllAsync().WaitAsync(Patience);
        AssertGoes(grandchild);
    }

    [Fact]
    public async Task GrandchildThatHoldsStdout_DoesNotHoldTheCall()
    {
        await using var tool = new StdioHarness(TestChildProgram.Settings("grandchild") with
        {
            StopGrace = TimeSpan.FromMilliseconds(200),
            Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" },
        });
        await using var call = tool.Open();
        var grandchild = await ReadPid(call);
        Assert.Null(await ReadAsync(call));
        Assert.True(call.Status.IsOk, call.Status.ToString());
        AssertGoes(grandchild);
    }

    [Fact]
    public async Task GrandchildThatStillWrites_IsReadToItsEnd()
    {
        await using var tool = new StdioHarness(ShellSettings("exec 3<&0; (read line <&3; echo late) & echo early; exit 0") with { StopGrace = Patience });
        await using var call = tool.Open();
        Assert.Equal("early", await ReadAsync(call));
        await call.WriteAsync(TextMessage("go"), last: true, default);
        Assert.Equal("late", await ReadAsync(call));
        Assert.Null(await ReadAsync(call));
        Assert.True(call.Status.IsOk);
    }

    [Fact]
    public async Task StdoutHeldOutsideTheGroup_EndsAfterAGrace()
    {
        await using var tool = Shell("setsid sh -c 'echo $$; exec sleep 30' & read line; exit 7");
        await using var call = tool.Open();
        var runaway = await ReadPid(call);
        try
        {
            await call.HalfCloseAsync(default);
            Assert.Null(await ReadAsync(call));
            Assert.Equal("process exited 7", call.Status.Message);
            Assert.False(IsGone(runaway), "It was not outside the group after all: the test proves nothing.");
        }
        finally
        {
            _ = LibC.Kill(runaway, LibC.SIGKILL);
        }
    }

    [Theory]
    [InlineData("exec sleep 1000000", StatusCode.Internal)]
    [InlineData("trap 'exit 69' TERM; while :; do sleep 0.01; done", StatusCode.Unavailable)]
    [InlineData("trap '' TERM; read never; exit 0", StatusCode.Ok)]
    public async Task ChildThatClosesStdoutAndLingers_IsStopped(string rest, StatusCode code)
    {
        await using var tool = Shell("echo out; exec 1>&-; " + rest);
        await using var call = tool.Open();
        Assert.Equal("out", await ReadAsync(call));
        Assert.Null(await ReadAsync(call));
        Assert.Equal(code, call.Status.Code);
    }

    [Fact]
    public async Task SlowReader_LosesNothingWhenTheChildIsLongGone()
    {
        await using var tool = new StdioHarness(ShellSettings("seq 1 5000") with { StopGrace = TimeSpan.Zero });
        await using var call = tool.Open();
        Assert.True(SpinWait.SpinUntil(() => tool.Running == 0, Patience));
        Assert.Equal(Enumerable.Range(1, 5000).Select(n => n.ToString(CultureInfo.InvariantCulture)), await ReadAllAsync(call));
        Assert.True(call.Status.IsOk);
    }

    [Fact]
    public async Task CancelledOpen_StopsTheChildAndIsCancelled()
    {
        await using var tool = Shell("echo $$; exec sleep 1000000");
        using var cancellation = new CancellationTokenSource();
        await using var call = tool.Open(cancellation.Token);
        var pid = await ReadPid(call);
        await cancellation.CancelAsync();
        Assert.Null(await ReadAsync(call));
        Assert.Equal(StatusCode.Cancelled, call.Status.Code);
        AssertGoes(pid);
    }

    [Fact]
    public async Task CancelledRead_EndsAtOnceAndTheChildFollows()
    {
        await using var tool = new StdioHarness(ShellSettings("echo $$; exec sleep 1000000") with { StopGrace = TimeSpan.FromSeconds(1) });
        await using var call = tool.Open();
        var pid = await ReadPid(call);
        using var cancellation = new CancellationTokenSource();
        var reading = ReadAsync(call, cancellation.Token);
        await cancellation.CancelAsync();
        Assert.Null(await reading);
        Assert.Equal(StatusCode.Cancelled, call.Status.Code);
        AssertGoes(pid);
    }

    [Fact]
    public async Task CancellationAtTheDeadline_IsDeadlineExceeded()
    {
        await using var tool = Shell("exec sleep 1000000");
        using var cancellation = new CancellationTokenSource();
        await using var call = tool.Open(Head(Deadline.After(TimeSpan.Zero, TimeProvider.System)), cancellation.Token);
        await cancellation.CancelAsync();
        Assert.Null(await ReadAsync(call));
        Assert.Equal(StatusCode.DeadlineExceeded, call.Status.Code);
    }

    [Fact]
    public async Task AlreadyCancelledOpen_StartsNothing()
    {
        await using var tool = Shell("cat");
        await using var call = tool.Open(new CancellationToken(canceled: true));
        Assert.Null(await ReadAsync(call));
        Assert.Equal(StatusCode.Cancelled, call.Status.Code);
        Assert.Empty(tool.Table.Totals());
    }

    [Fact]
    public async Task BlockedWrite_CancelsAndTheCallGoesOn()
    {
        await using var tool = Shell("echo up; exec sleep 1000000");
        await using var call = tool.Open();
        Assert.Equal("up", await ReadAsync(call));
        using var cancellation = new CancellationTokenSource();
        var writing = call.WriteAsync(TextMessage(new string('x', 1024 * 1024)), last: false, cancellation.Token).AsTask();
        Assert.False(writing.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing.WaitAsync(Patience));
    }

    [Fact]
    public async Task BlockedWrite_EndsWhenTheCallIsDisposed()
    {
        await using var tool = Shell("echo up; exec sleep 1000000");
        var call = tool.Open();
        Assert.Equal("up", await ReadAsync(call));
        var writing = call.WriteAsync(TextMessage(new string('x', 1024 * 1024)), last: false, default).AsTask();
        await call.DisposeAsync();
        await Assert.ThrowsAnyAsync<IOException>(() => writing.WaitAsync(Patience));
    }

    [Fact]
    public async Task WriteToAChildThatHasExited_IsAnIOException()
    {
        await using var tool = Shell("exit 69");
        await using var call = tool.Open();
        Assert.Null(await ReadAsync(call));
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            await call.WriteAsync(TextMessage("late"), last: true, default);
        });
        Assert.Equal(StatusCode.Unavailable, call.Status.Code);
    }

    [Fact]
    public async Task ChildThatClosesStdin_StillAnswers()
    {
        await using var tool = Shell("exec 0<&-; echo closed; sleep 0.05; echo answer");
        await using var call = tool.Open();
        Assert.Equal("closed", await ReadAsync(call));
        await Assert.ThrowsAnyAsync<IOException>(() => call.WriteAsync(TextMessage("x"), last: true, default).AsTask().WaitAsync(Patience));
        Assert.Equal("answer", await ReadAsync(call));
        Assert.Null(await ReadAsync(call));
        Assert.True(call.Status.IsOk);
    }

    [Fact]
    public async Task Shutdown_StopsEveryChildAndRefusesNewOnes()
    {
        await using var tool = Shell("echo $$; exec sleep 1000000");
        await using var call = tool.Open();
        var pid = await ReadPid(call);
        var row = Assert.Single(tool.Table.Snapshot());
        Assert.Equal(pid, row.Pid);
        Assert.Equal("tool#0", row.DestinationId);
        await tool.Table.StopAllAsync().WaitAsync(Patience);
        Assert.True(IsGone(pid));
        Assert.Null(await ReadAsync(call));
        Assert.Equal(StatusCode.Unavailable, call.Status.Code);

        await using var late = tool.Open();
        Assert.Null(await ReadAsync(late));
        Assert.Equal("The gateway is stopping.", late.Status.Message);
    }

    private static async Task<int> ReadPid(ClientCall call) => int.Parse((await ReadAsync(call))!, CultureInfo.InvariantCulture);
}
