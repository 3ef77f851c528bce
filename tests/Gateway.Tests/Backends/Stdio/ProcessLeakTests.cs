using System.Globalization;
using Gateway.Configuration;
using Transcoders.Calls;
using static Gateway.Tests.Backends.Stdio.StdioHarness;

namespace Gateway.Tests.Backends.Stdio;

/// <summary>Counts descriptors and children of the whole test process, so nothing else may run beside it.</summary>
[Collection(nameof(ProcessLeakTests))]
[CollectionDefinition(nameof(ProcessLeakTests), DisableParallelization = true)]
public sealed class ProcessLeakTests
{
    [Fact]
    public async Task FiftyChildrenAtOnce_LeaveNoZombieAndNoDescriptor()
    {
        // Once before counting: the runtime opens its epoll and signal pipes at first use.
        await RunManyAsync(2);
        var before = Descriptors();
        await RunManyAsync(50);
        Assert.Empty(Children());
        Assert.True(SpinWait.SpinUntil(() => Descriptors() <= before, Patience), $"{before} descriptors before, {Descriptors()} after.");
    }

    /// <summary>Starts and exits overlap all the time, so that a descriptor closed twice would hit another child's.</summary>
    [Fact]
    public async Task ManyShortChildren_EachEndWithTheirOwnCode()
    {
        var workers = Enumerable.Range(1, 16).Select(code => Task.Run(async () =>
        {
            await using var tool = Shell($"exit {code}");
            for (var i = 0; i < 25; i++)
            {
                var (_, status) = await tool.CallAsync();
                Assert.Equal($"process exited {code}", status.Message);
            }

            Assert.Equal(25, tool.Table.Totals()[0].ExitsByCode[code]);
        }));
        await Task.WhenAll(workers).WaitAsync(Patience);
        Assert.Empty(Children());
    }

    private static async Task RunManyAsync(int count)
    {
        await using var echo = Shell("cat");
        await using var hang = Shell("echo up; exec sleep 1000000");
        await using var absent = new StdioHarness(new ProcessSettings { Command = "/no/such/tool" });
        var calls = Enumerable.Range(0, count).Select(i => Task.Run(async () =>
        {
            switch (i % 5)
            {
                case 0:
                    await using (var call = hang.Open())
                    {
                        Assert.Equal("up", await ReadAsync(call));
                    }

                    break;
                case 1:
                    Assert.Equal(StatusCode.Unavailable, await StatusOfAsync(absent));
                    break;
                default:
                    var (lines, status) = await echo.CallAsync($"{i}", "x");
                    Assert.Equal([$"{i}", "x"], lines);
                    Assert.True(status.IsOk, status.ToString());
                    break;
            }
        }));
        await Task.WhenAll(calls).WaitAsync(Patience);
    }

    private static async Task<StatusCode> StatusOfAsync(StdioHarness tool)
    {
        await using var call = tool.Open();
        Assert.Null(await ReadAsync(call));
        return call.Status.Code;
    }

    private static int Descriptors() => Directory.GetFiles("/proc/self/fd").Length;

    /// <summary>Our children, zombies too: the fourth field of `stat` is the parent.</summary>
    private static List<string> Children()
    {
        var children = new List<string>();
        foreach (var directory in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out _))
            {
                continue;
            }

            try
            {
                var stat = File.ReadAllText(Path.Combine(directory, "stat"));
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                if (fields[1] == Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
                {
                    children.Add(stat);
                }
            }
            catch (Exception e) when (e is IOException or DirectoryNotFoundException)
            {
                // It ended while we looked.
            }
        }

        return children;
    }
}
