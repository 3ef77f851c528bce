using System.Collections.Concurrent;
using System.Text;

namespace Gateway.Bench.Backend;

/// <summary>Streams of small messages as finished bytes, so that the backend costs next to nothing.</summary>
internal static class StreamBodies
{
    /// <summary>Messages in one block; longer streams repeat it.</summary>
    private const int BlockLength = 10_000;

    /// <summary>A client is not given more than this in one write.</summary>
    private const int WriteSize = 32 * 1024;

    private static readonly ConcurrentDictionary<(string Kind, int Count), byte[]> Blocks = new();

    public static byte[] Lines(int count) => Of("lines", count, static json => [.. json, (byte)'\n']);

    public static byte[] Events(int count) => Of("events", count, static json => [.. "data: "u8, .. json, .. "\n\n"u8]);

    /// <summary>Unmasked text frames, each below 126 bytes.</summary>
    public static byte[] Frames(int count) => Of("frames", count, static json => [0x81, (byte)json.Length, .. json]);

    /// <summary>Writes so many messages of a kind, and <paramref name="end"/> after them.</summary>
    public static async Task WriteAsync(Stream body, int count, Func<int, byte[]> of, ReadOnlyMemory<byte> end, CancellationToken cancellationToken)
    {
        for (var left = count; left > 0; left -= BlockLength)
        {
            ReadOnlyMemory<byte> block = of(Math.Min(left, BlockLength));
            while (block.Length > 0)
            {
                var part = block[..Math.Min(block.Length, WriteSize)];
                await body.WriteAsync(part, cancellationToken);
                block = block[part.Length..];
            }
        }

        await body.WriteAsync(end, cancellationToken);
        await body.FlushAsync(cancellationToken);
    }

    private static byte[] Of(string kind, int count, Func<byte[], byte[]> frame) => Blocks.GetOrAdd((kind, count), static (key, frame) =>
        [.. Enumerable.Range(1, key.Count).SelectMany(id => frame(Encoding.ASCII.GetBytes($$"""{"id":{{id}},"text":"a message of a stream","flag":true}""")))], frame);
}
