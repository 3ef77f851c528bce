using System.Buffers;
using System.Text.Json;
using Transcoders.Calls;
using Transcoders.Http;

namespace Gateway.Backends.Http;

/// <summary>
/// An answer of many JSON values: one after the other, by lines or record separators, or the elements of one list. A value may come in
/// the envelope of grpc-gateway, which is also ours: `{"result":M}`, and `{"error":Status}` at the end.
/// </summary>
/// <param name="body">The body.</param>
/// <param name="mayBeList">A body that begins with `[` is a list of messages; else each value is one, lists too.</param>
/// <param name="enveloped">Whether values come in the envelope.</param>
/// <param name="shape">Makes the messages; disposed here.</param>
/// <param name="errors">Reads the error of the envelope.</param>
/// <param name="limits">Bounds of a message.</param>
internal sealed class ValuesAnswer(Stream body, bool mayBeList, bool enveloped, AnswerShape shape, ErrorBodyReader errors, CallLimits limits) : AnswerReader
{
    private readonly AnswerBody _body = new(body, limits.MessageSize);
    private JsonValueReader _values = new(limits.MessageSize, limits.Depth);
    private Place _place = mayBeList ? Place.Start : Place.Values;

    /// <summary>Where in the body the reader stands.</summary>
    private enum Place : byte
    {
        /// <summary>Before the first byte, which says whether it is a list.</summary>
        Start,

        /// <summary>Between values that follow each other.</summary>
        Values,

        /// <summary>Behind `[`: an element, or the end of an empty list.</summary>
        FirstElement,

        /// <summary>Before an element, its comma taken.</summary>
        Element,

        /// <summary>Behind an element: a comma, or the end.</summary>
        Separator,

        /// <summary>Behind `]`.</summary>
        Closed,
    }

    public override async ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryCut(out var value))
            {
                return Make(_body.Join(value));
            }

            if (_body.IsCompleted)
            {
                End = _place is Place.Start or Place.Values or Place.Closed ? null : Truncated;
                return null;
            }

            await _body.FillAsync(cancellationToken);
        }
    }

    public override void Dispose()
    {
        _body.Dispose();
        shape.Dispose();
    }

    private bool TryCut(out ReadOnlySequence<byte> value)
    {
        value = default;
        while (true)
        {
            switch (_place)
            {
                case Place.Values:
                    return TryCutValue(_body.IsCompleted, out value);
                case Place.Element:
                    // Never the last bytes of the body: behind an element stands a comma or the end of the list.
                    if (TryCutValue(isFinal: false, out value))
                    {
                        _place = Place.Separator;
                        return true;
                    }

                    return false;
                default:
                    if (!TryPeek(out var next))
                    {
                        return false;
                    }

                    Step(next);
                    break;
            }
        }
    }

    /// <summary>Takes what stands between elements.</summary>
    private void Step(byte next)
    {
        (_place, var taken) = (_place, next) switch
        {
            (Place.Start, (byte)'[') => (Place.FirstElement, true),
            (Place.Start, _) => (Place.Values, false),
            (Place.FirstElement or Place.Separator, (byte)']') => (Place.Closed, true),
            (Place.FirstElement, _) => (Place.Element, false),
            (Place.Separator, (byte)',') => (Place.Element, true),
            (Place.Closed, _) => throw Bad("something follows its list"),
            _ => throw Bad("an element of its list is followed by neither ',' nor ']'"),
        };
        if (taken)
        {
            _body.Rest = _body.Rest.Slice(1);
        }
    }

    private bool TryCutValue(bool isFinal, out ReadOnlySequence<byte> value)
    {
        try
        {
            return _values.TryRead(ref _body.Rest, isFinal, out value);
        }
        catch (CallException e) when (isFinal && e.Status.Code == StatusCode.InvalidArgument && e.InnerException is null)
        {
            // Cut off inside a value, as opposed to a value that is no JSON, which has the parser's word for it.
            throw new CallException(Truncated, e);
        }
    }

    /// <summary>The next byte that is no white space; it is not taken.</summary>
    private bool TryPeek(out byte next)
    {
        next = 0;
        while (!_body.Rest.IsEmpty)
        {
            var rest = _body.Rest.FirstSpan.TrimStart(" \t\r\n"u8);
            _body.Rest = _body.Rest.Slice(_body.Rest.FirstSpan.Length - rest.Length);
            if (!rest.IsEmpty)
            {
                next = rest[0];
                return true;
            }
        }

        return false;
    }

    private Message? Make(ReadOnlyMemory<byte> value)
    {
        if (!enveloped)
        {
            return shape.Json(value);
        }

        var reader = new Utf8JsonReader(value.Span, new JsonReaderOptions { MaxDepth = limits.Depth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
        {
            return shape.Json(value);
        }

        var isResult = reader.ValueTextEquals("result"u8);
        var isError = !isResult && reader.ValueTextEquals("error"u8);
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        var end = (int)reader.BytesConsumed;
        reader.Read();
        if ((!isResult && !isError) || reader.TokenType != JsonTokenType.EndObject)
        {
            return shape.Json(value);
        }

        if (isResult)
        {
            return shape.Json(value[start..end]);
        }

        End = errors.ReadStreamed(value.Span[start..end]);
        return null;
    }

    private static CallException Bad(string text) =>
        new(new CallStatus(StatusCode.Internal, $"The backend's answer is not JSON: {text}.") { HttpStatus = 502, Origin = StatusOrigin.Backend });
}
