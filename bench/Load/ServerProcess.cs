using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Gateway.Bench.Driver.Cells;

namespace Gateway.Bench.Driver;

/// <summary>A server in a process of its own, and what it has used so far. Disposing ends it.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    // USER_HZ, in which /proc counts CPU time for programs; 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    private readonly Process _process;
    private readonly Func<HttpClient, Task<long?>> _allocated;
    private StatsClient? _hook;
    private bool _isDisposed;
    private readonly HttpClient _stats = new();

    private ServerProcess(string name, Process process, Uri http1, Uri http2, Func<HttpClient, Task<long?>> allocated)
    {
        Name = name;
        _process = process;
        Http1 = http1;
        Http2 = http2;
        _allocated = allocated;
    }

    public string Name { get; }

    public Uri Http1 { get; }

    /// <summary>Where prior-knowledge HTTP/2 is spoken.</summary>
    public Uri Http2 { get; }

    /// <summary>Stdin of a process that is spoken to by it.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>Stdout of a process that is spoken to by it.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>CPU time of the process, user and system, up to now; that of its children is not in it, whether they live or not.</summary>
    public TimeSpan Cpu
    {
        get
        {
            // Fields are counted after the name, which may hold blanks: state is the third, utime and stime are 14 and 15.
            var stat = File.ReadAllText($"/proc/{_process.Id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return TimeSpan.FromSeconds((Number(fields[11]) + Number(fields[12])) / TicksPerSecond);
        }
    }

    /// <summary>Most memory it ever held, in bytes.</summary>
    public long PeakMemory => Status("VmHWM:");

    /// <summary>Memory it holds now, in bytes.</summary>
    public long Memory => Status("VmRSS:");

    /// <summary>Bytes allocated on its managed heap up to now; null when it does not say.</summary>
    public async Task<long?> AllocatedAsync() => _hook is { } hook ? await hook.AllocatedAsync() : await _allocated(_stats);

    /// <summary>Collects its garbage, where it is a process that can be told to.</summary>
    public async Task CollectAsync()
    {
        if (_hook is { } hook)
        {
            await hook.CollectAsync();
        }
    }

    /// <summary>Processes that wanted a processor during the last minute, on the whole machine.</summary>
    public static double LoadAverage() => Number(File.ReadAllText("/proc/loadavg").Split(' ')[0]);

    /// <summary>Starts a server that says `READY http1 http2` by itself.</summary>
    public static async Task<ServerProcess> StartAsync(string name, string assembly, params string[] arguments)
    {
        var process = Start(assembly, arguments, new Dictionary<string, string>());
        var line = await process.StandardOutput.ReadLineAsync() ?? "";
        if (line.Split(' ') is not ["READY", var http1, var http2])
        {
            throw new InvalidOperationException($"{name} did not start: {line}");
        }

        Drain(process);
        return new ServerProcess(name, process, new Uri(http1), new Uri(http2), async stats =>
            long.Parse(await stats.GetStringAsync(new Uri(new Uri(http1), "/stats/allocated")), CultureInfo.InvariantCulture));
    }

    /// <summary>Starts a program of the gateway's that is spoken to by its stdin and stdout.</summary>
    /// <param name="hook">Path of bench/StatsHook, which it is asked by.</param>
    public static ServerProcess StartStdio(string assembly, string hook, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var client = StatsClient.Prepare(hook, environment, out var hooked);
        var nowhere = new Uri("http://127.0.0.1:0");
        return new ServerProcess("gateway", Start(assembly, arguments, hooked), nowhere, nowhere, NotSaid) { _hook = client };
    }

    /// <summary>Starts websocketd in front of a program and waits until it listens; null where it is not installed.</summary>
    public static async Task<ServerProcess?> StartWebsocketdAsync(int port, string program)
    {
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo("websocketd", ["--loglevel=fatal", "--address", "127.0.0.1", "--port", $"{port}", program]))!;
        }
        catch (Win32Exception)
        {
            return null;
        }

        for (var left = 100; left > 0; left--)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync("127.0.0.1", port);
                break;
            }
            catch (SocketException)
            {
                await Task.Delay(50);
            }
        }

        var url = new Uri($"http://127.0.0.1:{port}");
        return new ServerProcess("websocketd", process, url, url, NotSaid);
    }

    /// <summary>Starts the gateway on a file and waits until its admin port says that it is ready.</summary>
    /// <param name="hook">Path of bench/StatsHook, when it is to be asked by that.</param>
    public static async Task<ServerProcess> StartGatewayAsync(string assembly, string file, Uri url, Uri admin, IReadOnlyDictionary<string, string> environment, string? hook = null)
    {
        var client = hook is null ? null : StatsClient.Prepare(hook, environment, out environment);
        var process = Start(assembly, ["run", file], environment);
        Drain(process);
        var server = new ServerProcess("gateway", process, url, url, stats => ReadAllocatedMetricAsync(stats, admin)) { _hook = client };
        var started = Stopwatch.StartNew();
        while (!await IsReadyAsync(server._stats, admin))
        {
            if (process.HasExited || started.Elapsed > TimeSpan.FromSeconds(30))
            {
                throw new InvalidOperationException("The gateway did not become ready; start the driver without it by --contenders jt,yarp,direct.");
            }

            await Task.Delay(50);
        }

        return server;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _stats.Dispose();
        _hook?.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static Process Start(string assembly, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.GetFullPath(assembly), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static Task<long?> NotSaid(HttpClient stats) => Task.FromResult<long?>(null);

    // Nobody reads what it logs, but a full pipe would stop it. Ends with the process.
    private static void Drain(Process process) => _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);

    private static async Task<bool> IsReadyAsync(HttpClient client, Uri admin)
    {
        try
        {
            using var response = await client.GetAsync(new Uri(admin, "/health/ready"));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // Not listening yet.
            return false;
        }
    }

    private static async Task<long?> ReadAllocatedMetricAsync(HttpClient client, Uri admin)
    {
        var metrics = await client.GetStringAsync(new Uri(admin, "/metrics"));
        foreach (var line in metrics.Split('\n'))
        {
            if (line.StartsWith("dotnet_gc_heap_total_allocated", StringComparison.Ordinal)
                && double.TryParse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture, out var bytes))
            {
                return (long)bytes;
            }
        }

        return null;
    }

    private long Status(string field)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return (long)Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]) * 1024;
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
