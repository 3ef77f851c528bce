using System.Buffers.Binary;
using System.Net.Sockets;

/// <summary>
/// Loaded by the runtime into a process that is measured and has no port to ask (DOTNET_STARTUP_HOOKS): tells on the Unix socket BENCH_STATS
/// how much was allocated so far (`a`), or collects everything that is garbage and tells how much is left (`g`).
/// </summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable("BENCH_STATS") is { Length: > 0 } path)
        {
            // Bound before the program begins, so whoever sees the program ready can ask.
            var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen();
            new Thread(() => Serve(listener)) { IsBackground = true, Name = "bench stats" }.Start();
        }
    }

    private static void Serve(Socket listener)
    {
        var answer = new byte[8];
        while (true)
        {
            using var client = listener.Accept();
            while (client.Receive(answer, 1, SocketFlags.None) == 1)
            {
                BinaryPrimitives.WriteInt64LittleEndian(answer, answer[0] == 'g' ? Collect() : GC.GetTotalAllocatedBytes(precise: true));
                client.Send(answer);
            }
        }
    }

    private static long Collect()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: false);
    }
}
