using System.Buffers;
using System.Text.Json;
using Transcoders.Calls;

namespace Transcoders.Http;

/// <summary>
/// Cuts JSON values out of a request body one at a time: newline-delimited, simply concatenated, or RFC 7464 sequences.
/// Only boundaries are found here; whether a value is right is for its plan to say.
/// </summary>
/// <remarks>Scans each byte once however the body arrives; copies nothing.</remarks>
public struct JsonValueReader
{
    private const byte RecordSeparator = 0x1e;

    private readonly int _maxLength;
    private readonly int _maxDepth;
    private JsonReaderState _state;
    private long _consumed;

    public JsonValueReader(int maxLength, int maxDepth)
    {
        _maxLength = maxLength;
        _maxDepth = maxDepth;
        _state = NewState(maxDepth);
    }

    /// <summary>Values cut so far, for messages such as `message 3: …`.</summary>
    public int Count { readonly get; private set; }

    /// <summary>Cuts the next value off the front of <paramref name="buffer"/>; false means more bytes are needed, or the body has ended.</summary>
    /// <exception cref="CallException">INVALID_ARGUMENT for what is not JSON; RESOURCE_EXHAUSTED for a value over the limit.</exception>
    public bool TryRead(ref ReadOnlySequence<byte> buffer, bool isFinal, out ReadOnlySequence<byte> value)
    {
        value = default;
        if (_consumed == 0)
        {
            buffer = SkipSeparators(buffer);
            if (buffer.IsEmpty)
            {
                return false;
            }
        }

        var reader = new Utf8JsonReader(buffer.Slice(_consumed), isFinal, _state);
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth == 0 && reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
                {
                    var end = _consumed + reader.BytesConsumed;
                    ThrowIfTooLong(end);
                    value = buffer.Slice(0, end);
                    buffer = buffer.Slice(end);
                    _consumed = 0;
                    _state = NewState(_maxDepth);
                    Count++;
                    return true;
                }
            }
        }
        catch (JsonException e)
        {
            throw new CallException(new CallStatus(StatusCode.InvalidArgument, $"message {Count + 1}: not valid JSON: {e.Message}") { Origin = StatusOrigin.Client }, e);
        }

        _consumed += reader.BytesConsumed;
        _state = reader.CurrentState;
        ThrowIfTooLong(buffer.Length);
        if (isFinal)
        {
            throw new CallException(new CallStatus(StatusCode.InvalidArgument, $"message {Count + 1}: the body ends inside a JSON value.") { Origin = StatusOrigin.Client });
        }

        return false;
    }

    private static JsonReaderState NewState(int maxDepth) => new(new JsonReaderOptions { MaxDepth = maxDepth, AllowMultipleValues = true });

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
}
