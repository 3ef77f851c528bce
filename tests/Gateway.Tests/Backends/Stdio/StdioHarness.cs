using System.Collections.Concurrent;
using System.Text;
using Gateway.Backends;
using Gateway.Backends.Stdio;
using Gateway.Configuration;
using Microsoft.Extensions.Logging;
using Transcoders.Calls;
using Transcoders.Payloads;
using Transcoders.Schema;

namespace Gateway.Tests.Backends.Stdio;

/// <summary>A backend over one configured process, its table and its log.</summary>
internal sealed class StdioHarness : IAsyncDisposable
{
    /// <summary>Far longer than anything here takes: only a test that has failed waits so long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly Destination Destination = new() { ClusterId = "tool", Id = "tool#0", Address = "stdio:tool#0" };

    public StdioHarness(ProcessSettings settings, PayloadFormat format = PayloadFormat.Text, TimeProvider? clock = null)
    {
        var cluster = new ClusterSettings { Id = "tool", Protocol = "stdio", Process = settings };
        Backend = new StdioBackend(cluster, Path.GetTempPath(), format, new StatusJsonReader(SchemaCatalog.BuiltIn), Table, Log, clock ?? TimeProvider.System);
    }

    public StdioBackend Backend { get; }

    public ProcessTable Table { get; } = new();

    public RecordingLogger Log { get; } = new();

    public int Running => Table.Totals() is [var totals] ? totals.Running : 0;

    /// <summary>A shell, for behaviour that one line of it shows.</summary>
    public static StdioHarness Shell(string script, PayloadFormat format = PayloadFormat.Text) => new(ShellSettings(script), format);

    public static ProcessSettings ShellSettings(string script) => new()
    {
        Command = "/bin/sh",
        Arguments = ["-c", script],
        Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" },
        StopGrace = TimeSpan.FromMilliseconds(200),
    };

    public static CallHead Head(Deadline deadline = default, string method = "") => new()
    {
        Method = method,
        Shape = CallShape.Duplex,
        Metadata = new CallMetadata(),
        Deadline = deadline,
    };

    public ClientCall Open(CancellationToken cancellationToken = default) => Open(Head(), cancellationToken);

    public ClientCall Open(CallHead head, CancellationToken cancellationToken = default) => Backend.Open(head, Destination, cancellationToken);

    /// <summary>One call: writes the lines, half-closes, reads to the end.</summary>
    public async Task<(List<string> Lines, CallStatus Status)> CallAsync(params string[] lines)
    {
        await using var call = Open();
        foreach (var line in lines)
        {
            await call.WriteAsync(TextMessage(line), last: false, default).AsTask().WaitAsync(Patience);
        }

        await call.HalfCloseAsync(default).AsTask().WaitAsync(Patience);
        return (await ReadAllAsync(call), call.Status);
    }

    public static Message TextMessage(string text) => new(Encoding.UTF8.GetBytes(text), PayloadFormat.Text);

    public static async Task<string?> ReadAsync(ClientCall call, CancellationToken cancellationToken = default) =>
        await call.ReadAsync(cancellationToken).AsTask().WaitAsync(Patience) is { } message ? Encoding.UTF8.GetString(message.Payload.Span) : null;

    public static async Task<List<string>> ReadAllAsync(ClientCall call)
    {
        var lines = new List<string>();
        while (await ReadAsync(call) is { } line)
        {
            lines.Add(line);
        }

        return lines;
    }

    /// <summary>True when no process has this id, zombies not counted: a zombie has ended.</summary>
    public static bool IsGone(int pid)
    {
        try
        {
            // "pid (name) S …": the state stands behind the last parenthesis.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] is 'Z' or 'X';
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or IOException)
        {
            return true;
        }
    }

    /// <summary>A process that was killed ends in the kernel's own time, and it is nobody's child here: the state is all there is to look at.</summary>
    public static void AssertGoes(int pid) =>
        Assert.True(SpinWait.SpinUntil(() => IsGone(pid), Patience), $"Process {pid} still runs.");

    public async ValueTask DisposeAsync()
    {
        await Backend.DisposeAsync();
        await Table.StopAllAsync().WaitAsync(Patience);
        Assert.Equal(0, Running);
        Assert.Empty(Table.Snapshot());
    }
}

internal sealed class RecordingLogger : ILogger
{
    private readonly ConcurrentQueue<(EventId Id, string Text)> _entries = new();

    public IReadOnlyList<string> Of(string eventName) => [.. _entries.Where(e => e.Id.Name == eventName).Select(e => e.Text)];

    public string All => string.Join('\n', _entries.Select(e => e.Text));

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _entries.Enqueue((eventId, formatter(state, exception)));
}
