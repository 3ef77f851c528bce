using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Gateway.IntegrationTests.Matrix.Backends;

/// <summary>Where children of `testchild behaviours` report: a connection each, a line for each thing that happens.</summary>
/// <remarks>A connection that ends before its child said how the call ended is a call that was cancelled.</remarks>
internal sealed class ChildLedger : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly Task _accepting;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ChildLedger()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Seen Now(string key)
    {
        lock (_gate)
        {
            return _entries.GetOrAdd(key, static _ => new Entry()).Seen;
        }
    }

    public int ProcessOf(string key) => _entries[key].Process;

    public async Task<Seen> WaitAsync(string key, Func<Seen, bool> until, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                var now = _entries.GetOrAdd(key, static _ => new Entry()).Seen;
                if (until(now))
                {
                    return now;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                _ = ReadAsync(await _listener.AcceptTcpClientAsync());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ReadAsync(TcpClient client)
    {
        string? key = null;
        var ended = false;
        using (client)
        {
            using var reader = new StreamReader(client.GetStream());
            try
            {
                while (await reader.ReadLineAsync() is { } line)
                {
                    var words = line.Split(' ');
                    if (words[0] == "start")
                    {
                        key = words[1];
                        Change(key, entry =>
                        {
                            entry.Process = int.Parse(words[2], CultureInfo.InvariantCulture);
                            entry.Seen = entry.Seen with { Started = entry.Seen.Started + 1, Active = entry.Seen.Active + 1, TraceParent = words[3] };
                        });
                        continue;
                    }

                    ended |= words[0] is "done" or "fail";
                    Change(key!, entry => entry.Seen = Count(entry.Seen, words));
                }
            }
            catch (IOException)
            {
                // Killed: the same as an end without a word.
            }
        }

        if (key is not null)
        {
            Change(key, entry => entry.Seen = entry.Seen with { Active = entry.Seen.Active - 1, Cancelled = entry.Seen.Cancelled + (ended ? 0 : 1) });
        }
    }

    private static Seen Count(Seen seen, string[] words) => words[0] switch
    {
        "received" => seen with { Received = seen.Received + 1 },
        "sent" => seen with { Sent = long.Parse(words[1], CultureInfo.InvariantCulture) },
        "half" => seen with { HalfClosed = seen.HalfClosed + 1 },
        "done" => seen with { Completed = seen.Completed + 1 },
        "fail" => seen with { Failed = seen.Failed + 1 },
        _ => throw new InvalidDataException($"A child said '{words[0]}'."),
    };

    private void Change(string key, Action<Entry> change)
    {
        TaskCompletionSource waiting;
        lock (_gate)
        {
            change(_entries.GetOrAdd(key, static _ => new Entry()));
            waiting = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        waiting.SetResult();
    }

    private sealed class Entry
    {
        public Seen Seen { get; set; } = new(0, 0, 0, 0, 0, 0, 0, 0);

        public int Process { get; set; }
    }
}
