using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Transcoders.Calls;

namespace Transcoders.Stdio;

/// <summary>
/// How messages are cut from a process's output and joined into its input. Stateless: one instance serves any number of streams.
/// </summary>
public abstract class StdioFraming
{
    private static readonly FrozenDictionary<string, Func<PayloadFormat, StdioFraming>> ByName =
        new Dictionary<string, Func<PayloadFormat, StdioFraming>>(StringComparer.Ordinal)
        {
            ["ndjson"] = static format => new LineFraming(format),
            ["raw"] = static _ => new RawFraming(),
            ["len32"] = static _ => new Len32Framing(),
            ["varint"] = static _ => new VarintFraming(),
            ["json-seq"] = static _ => new JsonSequenceFraming(),
            ["lsp"] = static _ => new ContentLengthFraming(),
        }.ToFrozenDictionary();

    /// <summary>The names a configuration may use, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } = SortedNames();

    /// <summary>The name it has in a configuration.</summary>
    public abstract string Name { get; }

    /// <summary>The framing called <paramref name="name"/> for payloads of <paramref name="format"/>; false when there is none of that name.</summary>
    public static bool TryCreate(string name, PayloadFormat format, [NotNullWhen(true)] out StdioFraming? framing)
    {
        ArgumentNullException.ThrowIfNull(name);
        framing = ByName.TryGetValue(name, out var create) ? create(format) : null;
        return framing is not null;
    }

    /// <summary>Cuts one message off the front of <paramref name="buffer"/>; false means more bytes are needed, or that none follow.</summary>
    /// <param name="buffer">Everything that has arrived and was not consumed.</param>
    /// <param name="scanned">
    /// Bytes after <see cref="StdioFrame.Consumed"/> that were searched in vain: kept by the caller and handed back, so that no byte is searched twice.
    /// </param>
    /// <param name="ended">True when nothing follows <paramref name="buffer"/>.</param>
    /// <param name="limit">Most bytes a message may have.</param>
    /// <param name="frame">Where the message is. On false only <see cref="StdioFrame.Consumed"/> counts: bytes that are no message and may be dropped.</param>
    /// <exception cref="CallException">RESOURCE_EXHAUSTED, as soon as a message is known to be over the limit; INTERNAL when the bytes cannot be this framing.</exception>
    public abstract bool TryRead(ReadOnlySpan<byte> buffer, ref int scanned, bool ended, int limit, out StdioFrame frame);

    /// <summary>Appends one message. On an exception <paramref name="output"/> is as it was.</summary>
    /// <exception cref="CallException">INVALID_ARGUMENT when this framing cannot carry the payload.</exception>
    public abstract void Write(ReadOnlySpan<byte> payload, PayloadBuffer output);

    private static string[] SortedNames()
    {
        string[] names = [.. ByName.Keys];
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }
}

/// <summary>Where a message lies in a buffer.</summary>
/// <param name="Offset">Its first byte.</param>
/// <param name="Length">Its bytes, framing left out.</param>
/// <param name="Consumed">Bytes of the buffer that are done with, framing included.</param>
public readonly record struct StdioFrame(int Offset, int Length, int Consumed);
