using Transcoders.Calls;

namespace Transcoders.Payloads;

/// <summary>Memory that a conversion needs besides its input and output. One per thread, taken for the time of a conversion.</summary>
internal sealed class PayloadScratch
{
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

    public void PushSpan(WireSpan span)
    {
        if (SpanCount == _spans.Length)
        {
            Array.Resize(ref _spans, SpanCount * 2);
        }

        _spans[SpanCount++] = span;
    }
}

/// <summary>Where a map's key lies, with a fingerprint.</summary>
internal readonly record struct KeyPlace(int Offset, int Length, ulong Mark);

/// <summary>One occurrence of a field: which, in what order it came, where reading it begins (at the length of what has one), and where its content lies.</summary>
internal readonly record struct WireSpan(int Field, int Order, int Head, int Start, int Length, int Type);
