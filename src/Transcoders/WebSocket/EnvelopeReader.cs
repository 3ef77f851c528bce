using System.Text.Json;
using Transcoders.Calls;

namespace Transcoders.WebSocket;

/// <summary>Reads one envelope frame without a DOM; its payload stays where it is in the frame.</summary>
public static class EnvelopeReader
{
    private const int MaxHeaders = 100;
    private const string ClientKinds = "\"t\" must be one of start, msg, half, cancel";
    private const string ServerKinds = "\"t\" must be one of headers, msg, end";

    /// <summary>Milliseconds that a TimeSpan holds; more asks for nothing else.</summary>
    private const long LongestTimeout = long.MaxValue / TimeSpan.TicksPerMillisecond;

    /// <summary>Reads a frame that a client sent.</summary>
    /// <exception cref="CallException">INVALID_ARGUMENT for what is not a frame of the protocol.</exception>
    public static EnvelopeFrame Read(ReadOnlyMemory<byte> frame, int maxDepth)
    {
        var read = Parse(frame, maxDepth, isAnswer: false);
        return read.Kind is EnvelopeKind.Headers or EnvelopeKind.End ? throw Bad(ClientKinds) : read;
    }

    /// <summary>Reads a frame that a server sent. Metadata that no wire could carry on, or that is reserved, is left out.</summary>
    /// <exception cref="CallException">INTERNAL for what is not a frame of the protocol: the fault is the server's.</exception>
    public static EnvelopeFrame ReadAnswer(ReadOnlyMemory<byte> frame, int maxDepth)
    {
        try
        {
            var read = Parse(frame, maxDepth, isAnswer: true);
            return read.Kind is EnvelopeKind.Message or EnvelopeKind.Headers or EnvelopeKind.End ? read : throw Bad(ServerKinds);
        }
        catch (CallException e)
        {
            throw new CallException(new CallStatus(StatusCode.Internal, "The backend's " + e.Status.Message) { HttpStatus = 502, Origin = StatusOrigin.Backend }, e);
        }
    }

    private static EnvelopeFrame Parse(ReadOnlyMemory<byte> frame, int maxDepth, bool isAnswer)
    {
        EnvelopeKind? kind = null;
        long id = 0;
        string? method = null;
        CallMetadata? headers = null;
        long? timeout = null;
        var hasData = false;
        ReadOnlyMemory<byte> data = default;
        var format = PayloadFormat.Json;
        var last = false;
        ReadOnlyMemory<byte> status = default;
        CallMetadata? trailers = null;
        try
        {
            var reader = new Utf8JsonReader(frame.Span, new JsonReaderOptions { MaxDepth = maxDepth + 1 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw Bad("a frame is a JSON object such as {\"t\":\"msg\",\"id\":1,\"data\":{}}");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("t"u8))
                {
                    kind = ReadKind(ref reader, isAnswer);
                }
                else if (reader.ValueTextEquals("id"u8))
                {
                    id = ReadNumber(ref reader, "id");
                }
                else if (reader.ValueTextEquals("method"u8))
                {
                    method = ReadString(ref reader, "method");
                }
                else if (reader.ValueTextEquals("timeoutMs"u8))
                {
                    timeout = Math.Min(ReadNumber(ref reader, "timeoutMs"), LongestTimeout);
                }
                else if (reader.ValueTextEquals("headers"u8))
                {
                    headers = ReadHeaders(ref reader, "headers", isAnswer);
                }
                else if (isAnswer && reader.ValueTextEquals("trailers"u8))
                {
                    trailers = ReadHeaders(ref reader, "trailers", isAnswer);
                }
                else if (isAnswer && reader.ValueTextEquals("status"u8))
                {
                    status = Slice(ref reader, frame);
                }
                else if (reader.ValueTextEquals("data"u8))
                {
                    data = Slice(ref reader, frame);
                    (hasData, format) = (true, PayloadFormat.Json);
                }
                else if (reader.ValueTextEquals("b64"u8))
                {
                    reader.Read();
                    if (reader.TokenType != JsonTokenType.String || !reader.TryGetBytesFromBase64(out var bytes))
                    {
                        throw Bad("\"b64\" must be base64 text");
                    }

                    data = bytes;
                    (hasData, format) = (true, PayloadFormat.Protobuf);
                }
                else if (reader.ValueTextEquals("last"u8))
                {
                    reader.Read();
                    last = reader.TokenType == JsonTokenType.True;
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }

            if (reader.TokenType != JsonTokenType.EndObject || reader.Read())
            {
                throw Bad("a frame is one JSON object");
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is how the reader refuses a text that is not Unicode, such as "\ud800".
            throw new CallException(new CallStatus(StatusCode.InvalidArgument, $"envelope: not valid JSON: {e.Message}") { Origin = StatusOrigin.Client }, e);
        }

        return new EnvelopeFrame
        {
            Kind = kind ?? throw Bad("\"t\" is missing; it is one of " + (isAnswer ? "headers, msg, end" : "start, msg, half, cancel")),
            Id = id,
            Method = method,
            Headers = headers,
            TimeoutMs = timeout,
            HasData = hasData,
            Data = data,
            Format = format,
            Last = last,
            Status = status,
            Trailers = trailers,
        };
    }

    /// <summary>The bytes of the next value, where they stand in the frame.</summary>
    private static ReadOnlyMemory<byte> Slice(ref Utf8JsonReader reader, ReadOnlyMemory<byte> frame)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return frame[start..(int)reader.BytesConsumed];
    }

    private static EnvelopeKind ReadKind(ref Utf8JsonReader reader, bool isAnswer)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            if (reader.ValueTextEquals("msg"u8))
            {
                return EnvelopeKind.Message;
            }

            if (reader.ValueTextEquals("start"u8))
            {
                return EnvelopeKind.Start;
            }

            if (reader.ValueTextEquals("half"u8))
            {
                return EnvelopeKind.Half;
            }

            if (reader.ValueTextEquals("cancel"u8))
            {
                return EnvelopeKind.Cancel;
            }

            if (reader.ValueTextEquals("headers"u8))
            {
                return EnvelopeKind.Headers;
            }

            if (reader.ValueTextEquals("end"u8))
            {
                return EnvelopeKind.End;
            }
        }

        throw Bad(isAnswer ? ServerKinds : ClientKinds);
    }

    private static long ReadNumber(ref Utf8JsonReader reader, string name)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) && value >= 0
            ? value
            : throw Bad($"\"{name}\" must be a whole number, not negative");
    }

    private static string ReadString(ref Utf8JsonReader reader, string name)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw Bad($"\"{name}\" must be text");
    }

    private static CallMetadata ReadHeaders(ref Utf8JsonReader reader, string what, bool isAnswer)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Bad($"\"{what}\" must be an object of texts");
        }

        var headers = new CallMetadata();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            var value = ReadString(ref reader, what + "." + name);
            if (headers.Count == MaxHeaders)
            {
                throw Bad($"more than {MaxHeaders} {what}");
            }

            if (!MetadataText.IsName(name) || !MetadataText.IsValue(value) || (isAnswer && ReservedMetadata.Contains(name)))
            {
                if (isAnswer)
                {
                    continue;
                }

                throw Bad("a header's name takes letters, digits and -_.; its value printable ASCII");
            }

            headers.Add(name, value);
        }

        return headers;
    }

    private static CallException Bad(string text) =>
        new(new CallStatus(StatusCode.InvalidArgument, "envelope: " + text) { Origin = StatusOrigin.Client });
}
