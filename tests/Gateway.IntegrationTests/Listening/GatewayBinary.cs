using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Listening;

/// <summary>The `gateway` program as a process of its own, as its users run it.</summary>
internal sealed partial class GatewayBinary : IAsyncDisposable
{
    private static readonly string DotNet =
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    private static readonly string Assembly = Path.Combine(AppContext.BaseDirectory, "gateway.dll");

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

    private GatewayBinary(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _errors = process.StandardError.ReadToEndAsync();
    }

    public static GatewayBinary Start(params string[] arguments)
    {
        var start = StartInfo(arguments);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        return new GatewayBinary(Process.Start(start)!);
    }

    /// <summary>How it is started; whoever starts it says what becomes of its pipes.</summary>
    public static ProcessStartInfo StartInfo(params string[] arguments) => new(DotNet, [Assembly, .. arguments]) { WorkingDirectory = AppContext.BaseDirectory };

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        await using var gateway = Start(arguments);
        return await gateway.EndAsync();
    }

    public async Task<(int ExitCode, string Output, string Errors)> EndAsync()
    {
        await _process.WaitForExitAsync(Wait.Token());
        return (_process.ExitCode, await _output, await _errors);
    }

    /// <summary>The ports it listens on, from the kernel's tables: its own log may be set up in any way.</summary>
    public async Task<IReadOnlyList<int>> PortsAsync(int count)
    {
        IReadOnlyList<int> ports = [];
        await Wait.UntilAsync(() => _process.HasExited || (ports = Ports()).Count >= count, "the gateway does not listen");
        if (_process.HasExited)
        {
            Assert.Fail($"exited with {_process.ExitCode}: {await _errors}{await _output}");
        }

        return ports;
    }

    /// <summary>SIGTERM, as an orchestrator sends it.</summary>
    public Task TerminateAsync() => Programs.RunAsync("kill", "-TERM", _process.Id.ToString(CultureInfo.InvariantCulture));

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private List<int> Ports()
    {
        var inodes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var descriptor in Directory.EnumerateFileSystemEntries($"/proc/{_process.Id}/fd"))
        {
            try
            {
                if (new FileInfo(descriptor).LinkTarget is { } target && Socket().Match(target) is { Success: true } socket)
                {
                    inodes.Add(socket.Groups[1].Value);
                }
            }
            catch (IOException)
            {
                // Closed meanwhile.
            }
        }

        var ports = new List<int>();
        foreach (var line in File.ReadLines("/proc/net/tcp"))
        {
            // `0: 0100007F:1F90 00000000:0000 0A … uid timeout inode …`, 0A is LISTEN.
            var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length > 9 && parts[3] == "0A" && inodes.Contains(parts[9]))
            {
                ports.Add(int.Parse(parts[1].AsSpan(parts[1].IndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            }
        }

        return ports;
    }

    [GeneratedRegex(@"^socket:\[(\d+)\]$")]
    private static partial Regex Socket();
}
