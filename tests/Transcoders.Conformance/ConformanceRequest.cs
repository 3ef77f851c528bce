using System.Text;
using Transcoders.Payloads;

namespace Transcoders.Conformance;

/// <summary>A format of the runner. Numbers as conformance.WireFormat declares them.</summary>
internal enum ConformanceFormat
{
    Unspecified = 0,
    Protobuf = 1,
    Json = 2,
    Jspb = 3,
    TextFormat = 4,
}

/// <summary>One question of the runner: a payload, and the format to turn it into. Read by hand, so that no parser stands between the runner and the plans.</summary>
internal sealed record ConformanceRequest(
    string MessageType, ConformanceFormat From, ReadOnlyMemory<byte> Payload, ConformanceFormat To, bool IgnoresUnknownFields)
{
    // Field numbers as conformance.ConformanceRequest declares them.
    private const int ProtobufPayload = 1;
    private const int JsonPayload = 2;
    private const int RequestedOutputFormat = 3;
    private const int MessageTypeName = 4;
    private const int TestCategory = 5;
    private const int JspbPayload = 7;
    private const int TextPayload = 8;

    // TestCategory.JSON_IGNORE_UNKNOWN_PARSING_TEST
    private const int IgnoreUnknownParsingTest = 3;

    /// <summary>Reads one from the wire.</summary>
    /// <exception cref="InvalidDataException">It is no ConformanceRequest.</exception>
    public static ConformanceRequest Read(ReadOnlyMemory<byte> message)
    {
        var request = new ConformanceRequest("", ConformanceFormat.Unspecified, default, ConformanceFormat.Unspecified, false);
        var data = message.Span;
        var position = 0;
        while (position < data.Length)
        {
            if (!WireReader.TryReadTag(data, ref position, out var tag))
            {
                throw new InvalidDataException("The request of the runner cannot be read.");
            }

            ReadOnlyMemory<byte> content = default;
            ulong number = 0;
            if (!((tag & 7) switch
            {
                WireType.Varint => WireReader.TryReadVarint(data, ref position, out number),
                WireType.Length => TryReadContent(message, ref position, out content),
                _ => WireReader.TrySkip(data, ref position, tag),
            }))
            {
                throw new InvalidDataException("The request of the runner cannot be read.");
            }

            request = (tag >> 3) switch
            {
                ProtobufPayload => request with { From = ConformanceFormat.Protobuf, Payload = content },
                JsonPayload => request with { From = ConformanceFormat.Json, Payload = content },
                JspbPayload => request with { From = ConformanceFormat.Jspb, Payload = content },
                TextPayload => request with { From = ConformanceFormat.TextFormat, Payload = content },
                RequestedOutputFormat => request with { To = (ConformanceFormat)number },
                MessageTypeName => request with { MessageType = Encoding.UTF8.GetString(content.Span) },
                TestCategory => request with { IgnoresUnknownFields = number == IgnoreUnknownParsingTest },
                _ => request,
            };
        }

        return request;
    }

    private static bool TryReadContent(ReadOnlyMemory<byte> message, ref int position, out ReadOnlyMemory<byte> content)
    {
        var read = WireReader.TryReadLengthDelimited(message.Span, ref position, out var bytes);
        content = message.Slice(position - bytes.Length, bytes.Length);
        return read;
    }
}
