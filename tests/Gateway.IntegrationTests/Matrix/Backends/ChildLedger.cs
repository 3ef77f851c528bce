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
    private readonly ConcurrentDictionary<string, int> _processes = new(StringComparer.Ordinal);
    private readonly Task _accepting;

    public ChildLedger()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What the children told.</summary>
    public SeenLedger Seen { get; } = new();

    public int ProcessOf(string key) => _processes[key];

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
                        _processes[key] = int.Parse(words[2], CultureInfo.InvariantCulture);
                        Seen.Change(key, seen => seen with { Started = seen.Started + 1, Active = seen.Active + 1, TraceParent = words[3] });
                        continue;
                    }

                    ended |= words[0] is "done" or "fail";
                    Seen.Change(key!, seen => Count(seen, words));
                }
            }
            catch (IOException)
            {
                // Killed: the same as an end without a word.
            }
        }

        if (key is not null)
        {
            Seen.Change(key, seen => seen with { Active = seen.Active - 1, Cancelled = seen.Cancelled + (ended ? 0 : 1) });
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
}
