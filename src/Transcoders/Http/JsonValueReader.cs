using System.Buffers;
using System.Text.Json;
using Transcoders.Calls;

namespace Transcoders.Http;

/// <summary>
/// Cuts JSON values out of a request body one at a time: newline-delimited, simply concatenated, or RFC 7464 sequences.
/// </summary>
/// <remarks>
/// The end of a value is found by strings and brackets alone, and what has been looked at is not looked at again however the body
/// arrives: a long string sent byte by byte costs no more than one sent whole. A value that is whole is then checked once. Copies nothing.
/// </remarks>
public struct JsonValueReader
{
    private const byte RecordSeparator = 0x1e;

    private static readonly SearchValues<byte> StringStops = SearchValues.Create("\"\\"u8);
    private static readonly SearchValues<byte> ValueStops = SearchValues.Create("\"{}[]"u8);
    private static readonly SearchValues<byte> ScalarStops = SearchValues.Create("\"{}[], \n\r\t\u001e"u8);

    private readonly int _maxLength;
    private readonly int _maxDepth;
    private long _scanned;
    private int _depth;
    private Place _place;

    public JsonValueReader(int maxLength, int maxDepth)
    {
        _maxLength = maxLength;
        _maxDepth = maxDepth;
    }

    /// <summary>Where in a value the scan stands.</summary>
    private enum Place : byte
    {
        Outside,
        Inside,
        String,
        Escape,
        Scalar,
    }

    /// <summary>Values cut so far, for messages such as `message 3: …`.</summary>
    public int Count { readonly get; private set; }

    /// <summary>Cuts the next value off the front of <paramref name="buffer"/>; false means more bytes are needed, or the body has ended.</summary>
    /// <param name="buffer">What is there; what was not cut comes again in the next call, with more behind it.</param>
    /// <param name="isFinal">True when nothing more will come.</param>
    /// <param name="value">The value, borrowed from the buffer.</param>
    /// <exception cref="CallException">INVALID_ARGUMENT for what is not JSON; RESOURCE_EXHAUSTED for a value over the limit.</exception>
    public bool TryRead(ref ReadOnlySequence<byte> buffer, bool isFinal, out ReadOnlySequence<byte> value)
    {
        value = default;
        if (_scanned == 0)
        {
            buffer = SkipSeparators(buffer);
            if (buffer.IsEmpty)
            {
                return false;
            }
        }

        var isWhole = Scan(buffer);
        if (!isWhole && isFinal)
        {
            isWhole = _place == Place.Scalar ? true : throw Bad("the body ends inside a JSON value.");
        }

        ThrowIfTooLong(_scanned);
        if (!isWhole)
        {
            return false;
        }

        value = buffer.Slice(0, _scanned);
        buffer = buffer.Slice(_scanned);
        (_scanned, _depth, _place) = (0, 0, Place.Outside);
        Check(value);
        Count++;
        return true;
    }

    /// <summary>Looks at what has not been looked at; true when the value ends at the place then reached.</summary>
    private bool Scan(ReadOnlySequence<byte> buffer)
    {
        foreach (var segment in buffer.Slice(_scanned))
        {
            var rest = segment.Span;
            while (!rest.IsEmpty)
            {
                var step = Step(rest, out var ends);
                _scanned += step;
                if (ends)
                {
                    return true;
                }

                rest = rest[step..];
            }
        }

        return false;
    }

    /// <summary>Takes the bytes up to the next one that means something; the number taken.</summary>
    private int Step(ReadOnlySpan<byte> bytes, out bool ends)
    {
        ends = false;
        switch (_place)
        {
            case Place.Escape:
                _place = Place.String;
                return 1;
            case Place.String:
                return StepInString(bytes, out ends);
            case Place.Scalar:
                var stop = bytes.IndexOfAny(ScalarStops);
                ends = stop >= 0;
                return ends ? stop : bytes.Length;
            case Place.Outside when !ValueStops.Contains(bytes[0]):
                // A scalar of at least one byte, so that a stray comma is a value that is refused, not an endless loop.
                _place = Place.Scalar;
                return 1;
            default:
                return StepInValue(bytes, out ends);
        }
    }

    private int StepInString(ReadOnlySpan<byte> bytes, out bool ends)
    {
        ends = false;
        var stop = bytes.IndexOfAny(StringStops);
        if (stop < 0)
        {
            return bytes.Length;
        }

        if (bytes[stop] == (byte)'\\')
        {
            _place = Place.Escape;
        }
        else
        {
            _place = Place.Inside;
            ends = _depth == 0;
        }

        return stop + 1;
    }

    private int StepInValue(ReadOnlySpan<byte> bytes, out bool ends)
    {
        ends = false;
        _place = Place.Inside;
        var stop = bytes.IndexOfAny(ValueStops);
        if (stop < 0)
        {
            return bytes.Length;
        }

        switch (bytes[stop])
        {
            case (byte)'"':
                _place = Place.String;
                break;
            case (byte)'{' or (byte)'[':
                if (++_depth > _maxDepth)
                {
                    throw Bad($"nested deeper than the limit of {_maxDepth} levels.");
                }

                break;
            default:
                // One bracket too many ends the value too: the check then says what is wrong with it.
                ends = --_depth <= 0;
                break;
        }

        return stop + 1;
    }

    private readonly void Check(in ReadOnlySequence<byte> value)
    {
        var reader = new Utf8JsonReader(value, new JsonReaderOptions { MaxDepth = _maxDepth });
        try
        {
            while (reader.Read())
            {
            }
        }
        catch (JsonException e)
        {
            throw Bad($"not valid JSON: {e.Message}", e);
        }
    }

    private static ReadOnlySequence<byte> SkipSeparators(ReadOnlySequence<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var span = buffer.FirstSpan;
            var skip = 0;
            while (skip < span.Length && span[skip] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' or RecordSeparator)
            {
                skip++;
            }

            buffer = buffer.Slice(skip);
            if (skip < span.Length)
            {
                break;
            }
        }

        return buffer;
    }

    private readonly void ThrowIfTooLong(long length)
    {
        if (length > _maxLength)
        {
            throw new CallException(new CallStatus(StatusCode.ResourceExhausted, $"message {Count + 1} is larger than the limit of {_maxLength} bytes.") { HttpStatus = 413, Origin = StatusOrigin.Client });
        }
    }

    private readonly CallException Bad(string text, Exception? inner = null)
    {
        var message = $"message {Count + 1}: {text}";
        return new(new CallStatus(StatusCode.InvalidArgument, message) { Details = StatusDetails.BadRequest(message, "", message, "MALFORMED_JSON"), Origin = StatusOrigin.Client }, inner);
    }
}
