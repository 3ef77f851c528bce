using System.Text;
using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.Payloads;

namespace Transcoders.HttpRules;

/// <summary>Raw content with its media type: what a google.api.HttpBody carries.</summary>
/// <param name="ContentType">The media type; `application/octet-stream` when the message names none that may stand in a header.</param>
/// <param name="Data">The bytes, on loan from the message.</param>
public readonly record struct HttpBodyContent(string ContentType, ReadOnlyMemory<byte> Data);

/// <summary>The wire form of google.api.HttpBody: `content_type = 1`, `data = 2`, `extensions = 3`.</summary>
internal static class HttpBodyWire
{
    private const string FullName = "google.api.HttpBody";
    private const string Unknown = "application/octet-stream";
    private const int ContentTypeField = 1;
    private const int DataField = 2;

    public static bool IsHttpBody(MessageDescriptor message) => message.FullName == FullName;

    public static bool IsHttpBody(FieldDescriptor field) => field.FieldType == FieldType.Message && IsHttpBody(field.MessageType);

    public static void Write(string? contentType, ReadOnlySpan<byte> data, ref WireWriter writer)
    {
        if (!string.IsNullOrEmpty(contentType))
        {
            writer.WriteTag(ContentTypeField, WireType.Length);
            writer.WriteLengthDelimited(Encoding.UTF8.GetBytes(contentType));
        }

        if (!data.IsEmpty)
        {
            writer.WriteTag(DataField, WireType.Length);
            writer.WriteLengthDelimited(data);
        }
    }

    /// <param name="message">The message that is an HttpBody or holds one.</param>
    /// <param name="field">The field that holds it; null when the message is it.</param>
    public static HttpBodyContent Read(ReadOnlyMemory<byte> message, FieldDescriptor? field)
    {
        var content = new HttpBodyContent(Unknown, default);
        if (field is null)
        {
            Merge(message, ref content);
            return content;
        }

        // Several occurrences of one message field merge.
        var position = 0;
        while (TryReadNext(message.Span, ref position, out var number, out var value))
        {
            if (number == field.FieldNumber)
            {
                Merge(message[value], ref content);
            }
        }

        return content;
    }

    private static void Merge(ReadOnlyMemory<byte> message, ref HttpBodyContent content)
    {
        var position = 0;
        while (TryReadNext(message.Span, ref position, out var number, out var value))
        {
            if (number == ContentTypeField)
            {
                content = content with { ContentType = HeaderSafe(message.Span[value]) };
            }
            else if (number == DataField)
            {
                content = content with { Data = message[value] };
            }
        }
    }

    /// <summary>Reads to the next length-delimited field, over all others.</summary>
    /// <exception cref="CallException">INTERNAL when the backend's message is malformed.</exception>
    private static bool TryReadNext(ReadOnlySpan<byte> message, ref int position, out int number, out Range value)
    {
        number = 0;
        value = default;
        while (position < message.Length)
        {
            if (!WireReader.TryReadTag(message, ref position, out var tag))
            {
                throw PayloadErrors.InvalidWire(FullName, "", "its wire form is malformed.");
            }

            number = (int)(tag >> 3);
            var isLength = (tag & 7) == WireType.Length;
            var end = position;
            if (isLength ? !WireReader.TryReadLengthDelimited(message, ref end, out _) : !WireReader.TrySkip(message, ref end, tag))
            {
                throw PayloadErrors.InvalidWire(FullName, "", "its wire form is cut short.");
            }

            if (isLength)
            {
                WireReader.TryReadVarint(message, ref position, out _);
                value = position..end;
                position = end;
                return true;
            }

            position = end;
        }

        return false;
    }

    /// <summary>A media type comes from the backend and goes into a header: visible ASCII only.</summary>
    private static string HeaderSafe(ReadOnlySpan<byte> value) =>
        value.IsEmpty || value.ContainsAnyExceptInRange((byte)' ', (byte)'~') ? Unknown : Encoding.ASCII.GetString(value);
}
