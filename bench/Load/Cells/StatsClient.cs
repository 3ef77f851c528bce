using System.Buffers.Binary;
using System.Net.Sockets;

namespace Gateway.Bench.Driver.Cells;

/// <summary>Asks a .NET process started with bench/StatsHook in it. One question at a time.</summary>
/// <param name="path">Of its Unix socket, which it opens when it starts.</param>
internal sealed class StatsClient(string path) : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    /// <summary>The environment that makes a process answer this client.</summary>
    /// <param name="hook">Path of bench/StatsHook.</param>
    public static StatsClient Prepare(string hook, IReadOnlyDictionary<string, string> environment, out IReadOnlyDictionary<string, string> hooked)
    {
        var path = Path.Combine(Path.GetTempPath(), $"bench-{Guid.NewGuid():N}.sock");
        hooked = new Dictionary<string, string>(environment) { ["DOTNET_STARTUP_HOOKS"] = Path.GetFullPath(hook), ["BENCH_STATS"] = path };
        return new StatsClient(path);
    }

    /// <summary>Bytes allocated on the managed heap so far.</summary>
    public Task<long> AllocatedAsync() => AskAsync((byte)'a');

    /// <summary>Collects all garbage, gives the room back to the system, and returns the bytes that live.</summary>
    public Task<long> CollectAsync() => AskAsync((byte)'g');

    public void Dispose()
    {
        _socket.Dispose();
        File.Delete(path);
    }

    private async Task<long> AskAsync(byte question)
    {
        for (var left = 200; !_socket.Connected; left--)
        {
            try
            {
                await _socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
            }
            catch (SocketException) when (left > 0)
            {
                // The process is still starting.
                await Task.Delay(50);
            }
        }

        var buffer = new byte[8];
        buffer[0] = question;
        await _socket.SendAsync(buffer.AsMemory(0, 1));
        for (var read = 0; read < buffer.Length;)
        {
            var count = await _socket.ReceiveAsync(buffer.AsMemory(read));
            read += count > 0 ? count : throw new IOException("The measured process has ended.");
        }

        return BinaryPrimitives.ReadInt64LittleEndian(buffer);
    }
}
