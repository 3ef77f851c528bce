using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Transcoders.Calls;

namespace Transcoders.Sse;

/// <summary>Cuts an event stream into events exactly as WHATWG HTML §9.2.6 says, from bytes that arrive in any pieces. Used by one reader at a time; who creates it, disposes.</summary>
/// <remarks>
/// <code>
///   id: 42⏎ data: a⏎ data: b⏎ ⏎    →    { Data = "a\nb", Name = null, Id = "42" }
/// </code>
/// The loop: `TryRead` until false, then bring more bytes. What is left at the end of the stream is an incomplete event,
/// which is dropped by not reading on. Names and ids are made into strings only when they change.
/// </remarks>
public sealed class SseReader : IDisposable
{
    /// <summary>Longest event name or id, in bytes: an id comes back as a header.</summary>
    public const int MaxNameLength = 4 * 1024;

    /// <summary>Bytes of a line beside its data: the field's name, colon and space.</summary>
    private const int LineSlack = 64;

    private static readonly SearchValues<byte> LineEnds = SearchValues.Create("\r\n"u8);

    private readonly int _eventSize;
    private readonly int _lineLength;

    /// <summary>The front of a line whose end has not arrived.</summary>
    private readonly PayloadBuffer _line;

    /// <summary>The lines of data so far, each with an LF behind it.</summary>
    private readonly PayloadBuffer _data;

    /// <summary>The data with its broken characters replaced; null while no stream had any.</summary>
    private PayloadBuffer? _repaired;

    /// <summary>Bytes of a byte order mark seen at the front of the stream; -1 past it.</summary>
    private int _mark;

    private bool _skipsLf;
    private bool _hasOwnId;
    private bool _isDispatched;
    private string? _name;
    private string? _lastName;
    private string _idBuffer = "";

    /// <param name="eventSize">Most bytes of data in one event; more is RESOURCE_EXHAUSTED.</param>
    /// <param name="lineLength">Longest line, comments included; zero for what an event of that size needs on one line.</param>
    public SseReader(int eventSize, int lineLength = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(eventSize);
        _eventSize = eventSize;
        _lineLength = lineLength > 0 ? lineLength : (int)Math.Min((long)Math.Max(eventSize, MaxNameLength) + LineSlack, Array.MaxLength);
        _line = new PayloadBuffer(_lineLength);
        _data = new PayloadBuffer((int)Math.Min((long)eventSize + LineSlack, Array.MaxLength));
    }

    /// <summary>The id to come back with after a lost connection; empty when there is none.</summary>
    public string LastEventId { get; private set; } = "";

    /// <summary>The reconnection time the server last asked for; null when it did not.</summary>
    public TimeSpan? Retry { get; private set; }

    /// <summary>Reads on in <paramref name="input"/>, and takes from its front what it has read.</summary>
    /// <returns>True with an event, on loan until the next call; false when all of the input is read and more is needed.</returns>
    /// <exception cref="CallException">RESOURCE_EXHAUSTED: a line, an id or an event is over its limit.</exception>
    public bool TryRead(ref ReadOnlySpan<byte> input, out SseEvent read)
    {
        if (_isDispatched)
        {
            _isDispatched = false;
            _data.Clear();
        }

        while (TryReadLine(ref input, out var line))
        {
            if (!line.IsEmpty)
            {
                TakeField(line);
            }
            else if (TryDispatch(out read))
            {
                return true;
            }
        }

        read = default;
        return false;
    }

    /// <summary>As the other, over a sequence.</summary>
    public bool TryRead(ref ReadOnlySequence<byte> input, out SseEvent read)
    {
        while (!input.IsEmpty)
        {
            var first = input.FirstSpan;
            var rest = first;
            var found = TryRead(ref rest, out read);
            input = input.Slice(first.Length - rest.Length);
            if (found)
            {
                return true;
            }
        }

        read = default;
        return false;
    }

    /// <summary>
    /// Begins a new connection of the same stream: what was incomplete is dropped, a byte order mark may come again, and the last id
    /// holds until another arrives.
    /// </summary>
    public void Reset()
    {
        _line.Clear();
        _data.Clear();
        _mark = 0;
        _skipsLf = _isDispatched = _hasOwnId = false;
        _name = null;
        _idBuffer = LastEventId;
    }

    public void Dispose()
    {
        _line.Dispose();
        _data.Dispose();
        _repaired?.Dispose();
    }

    /// <summary>Cuts a line, without its end. It lies in the input, or in <see cref="_line"/> when it came in pieces.</summary>
    private bool TryReadLine(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> line)
    {
        line = default;
        if (_mark >= 0 && !TryPassMark(ref input))
        {
            return false;
        }

        if (_skipsLf && !input.IsEmpty)
        {
            _skipsLf = false;
            input = input[0] == '\n' ? input[1..] : input;
        }

        var end = input.IndexOfAny(LineEnds);
        ThrowIfOver(_line.Length + (end < 0 ? input.Length : end), _lineLength, "A line of the backend's event stream");
        if (end < 0)
        {
            _line.Write(input);
            input = default;
            return false;
        }

        // A CR ends the line at once: waiting for an LF that may follow would hold back the event.
        _skipsLf = input[end] == '\r';
        line = input[..end];
        input = input[(end + 1)..];
        if (_line.Length > 0)
        {
            _line.Write(line);
            line = _line.WrittenSpan;
            _line.Clear();
        }

        return true;
    }

    /// <summary>Takes one byte order mark off the front of the stream, in however many pieces; false while it may still be one.</summary>
    private bool TryPassMark(ref ReadOnlySpan<byte> input)
    {
        var mark = "\uFEFF"u8;
        while (!input.IsEmpty && _mark < mark.Length && input[0] == mark[_mark])
        {
            _mark++;
            input = input[1..];
        }

        if (input.IsEmpty && _mark < mark.Length)
        {
            return false;
        }

        if (_mark < mark.Length)
        {
            _line.Write(mark[.._mark]);
        }

        _mark = -1;
        return true;
    }

    private void TakeField(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        var name = colon < 0 ? line : line[..colon];
        var value = colon < 0 ? default : line[(colon + 1)..];
        if (!value.IsEmpty && value[0] == ' ')
        {
            value = value[1..];
        }

        // A comment is a line without a name; it falls through with every other that means nothing here.
        if (name.SequenceEqual("data"u8))
        {
            ThrowIfOver(_data.Length + value.Length, _eventSize, "An event of the backend's stream");
            _data.Write(value);
            _data.Write("\n"u8);
        }
        else if (name.SequenceEqual("id"u8))
        {
            TakeId(value);
        }
        else if (name.SequenceEqual("event"u8))
        {
            ThrowIfOver(value.Length, MaxNameLength, "An event name of the backend's stream");
            _name = _lastName is { } last && Same(last, value) ? last : _lastName = Encoding.UTF8.GetString(value);
        }
        else if (name.SequenceEqual("retry"u8))
        {
            TakeRetry(value);
        }
    }

    private void TakeId(ReadOnlySpan<byte> value)
    {
        if (value.Contains((byte)0))
        {
            return;
        }

        ThrowIfOver(value.Length, MaxNameLength, "An event id of the backend's stream");
        _hasOwnId = true;
        if (!Same(_idBuffer, value))
        {
            _idBuffer = Encoding.UTF8.GetString(value);
        }
    }

    private void TakeRetry(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty || value.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return;
        }

        var milliseconds = 0L;
        foreach (var digit in value)
        {
            milliseconds = Math.Min(int.MaxValue, (milliseconds * 10) + digit - '0');
        }

        Retry = TimeSpan.FromMilliseconds(milliseconds);
    }

    /// <summary>A blank line: the id counts even when there is no data, and without data nothing is dispatched.</summary>
    private bool TryDispatch(out SseEvent read)
    {
        LastEventId = _idBuffer;
        var (name, hasOwnId) = (_name, _hasOwnId);
        _name = null;
        _hasOwnId = false;
        if (_data.Length == 0)
        {
            read = default;
            return false;
        }

        var data = _data.WrittenMemory[..^1];
        if (!Utf8.IsValid(data.Span))
        {
            data = Repair(data.Span);
        }

        _isDispatched = true;
        read = new SseEvent(data, string.IsNullOrEmpty(name) ? null : name, LastEventId.Length == 0 ? null : LastEventId, hasOwnId);
        return true;
    }

    /// <summary>Decodes with replacement, as the stream is defined to be read. An LF ends a broken character, so doing it here equals doing it before lines are cut.</summary>
    private ReadOnlyMemory<byte> Repair(ReadOnlySpan<byte> data)
    {
        _repaired ??= new PayloadBuffer((int)Math.Min(((long)_eventSize * 3) + LineSlack, Array.MaxLength));
        _repaired.Clear();
        while (!data.IsEmpty)
        {
            Rune.DecodeFromUtf8(data, out var rune, out var width);
            _repaired.Advance(rune.EncodeToUtf8(_repaired.GetSpan(4)));
            data = data[width..];
        }

        return _repaired.WrittenMemory;
    }

    /// <summary>True when the text is these bytes; only ASCII is compared, anything else counts as different.</summary>
    private static bool Same(string text, ReadOnlySpan<byte> bytes) => Ascii.Equals(bytes, text);

    private static void ThrowIfOver(long length, int limit, string what)
    {
        if (length > limit)
        {
            // 502, not the client's 429 or 413: it is the server that said too much.
            throw new CallException(new CallStatus(StatusCode.ResourceExhausted, $"{what} is longer than the limit of {limit} bytes.") { HttpStatus = 502, Origin = StatusOrigin.Backend });
        }
    }
}
