using System.Runtime.CompilerServices;

namespace Transcoders.Payloads;

/// <summary>Memory that a conversion needs besides its input and output. One per thread, taken for the time of a conversion.</summary>
internal sealed class PayloadScratch
{
    /// <summary>Most bytes of merged copies alive at once in one conversion: nested splits would otherwise multiply a message by its depth.</summary>
    public const int MergeLimit = 64 * 1024 * 1024;

    /// <summary>Entries kept between conversions; what a giant message needed beyond is given up.</summary>
    private const int KeptEntries = 16 * 1024;

    [ThreadStatic]
    private static PayloadScratch? _spare;

    private WireSpan[] _spans = new WireSpan[64];

    public KeyPlace[] Keys { get; private set; } = new KeyPlace[64];

    public int KeyCount { get; set; }

    /// <summary>Occurrences of fields, gathered by the careful way of reading a message; used as a stack.</summary>
    public WireSpan[] Spans => _spans;

    public int SpanCount { get; set; }

    public static PayloadScratch Rent()
    {
        var scratch = _spare ?? new PayloadScratch();
        _spare = null;
        scratch.KeyCount = 0;
        scratch.SpanCount = 0;
        return scratch;
    }

    public void Return()
    {
        if (Keys.Length > KeptEntries)
        {
            Keys = new KeyPlace[64];
        }

        if (_spans.Length > KeptEntries)
        {
            _spans = new WireSpan[64];
        }

        _spare = this;
    }

    public void PushKey(KeyPlace key)
    {
        if (KeyCount == Keys.Length)
        {
            var grown = Keys;
            Array.Resize(ref grown, KeyCount * 2);
            Keys = grown;
        }

        Keys[KeyCount++] = key;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PushSpan(WireSpan span)
    {
        var spans = _spans;
        var count = SpanCount;
        if ((uint)count >= (uint)spans.Length)
        {
            spans = Grow();
        }

        spans[count] = span;
        SpanCount = count + 1;
    }

    /// <summary>
    /// The one piece a message came in, empty ones aside; null when it came in several, which have
    /// <paramref name="total"/> bytes together: the wire form of a merged message is its pieces one after the other.
    /// </summary>
    public WireSpan? OnlyPiece(int start, int end, out long total)
    {
        var pieces = 0;
        var only = start;
        total = 0;
        for (var i = start; i < end; i++)
        {
            if (_spans[i].Length != 0)
            {
                pieces++;
                total += _spans[i].Length;
                only = i;
            }
        }

        return pieces <= 1 ? _spans[only] : null;
    }

    /// <summary>Copies the pieces of a message to <paramref name="room"/>, one after the other.</summary>
    public ReadOnlySpan<byte> Join(ReadOnlySpan<byte> data, int start, int end, Span<byte> room)
    {
        var length = 0;
        for (var i = start; i < end; i++)
        {
            var span = _spans[i];
            data.Slice(span.Start, span.Length).CopyTo(room[length..]);
            length += span.Length;
        }

        return room[..length];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WireSpan[] Grow()
    {
        Array.Resize(ref _spans, _spans.Length * 2);
        return _spans;
    }
}

/// <summary>Where a map's key lies, with its hash.</summary>
internal readonly record struct KeyPlace(int Offset, int Length, ulong Mark);

/// <summary>One occurrence of a field: which, in what order it came, where reading it begins (at the length of what has one), and where its content lies.</summary>
internal readonly record struct WireSpan(int Field, int Order, int Head, int Start, int Length, int Type);
