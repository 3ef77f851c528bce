using System.Text;
using Google.Protobuf.Reflection;
using Transcoders.Calls;

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

    private static readonly byte[] ContentTypeTag = FieldWire.Tag(ContentTypeField, FieldWire.Bytes);
    private static readonly byte[] DataTag = FieldWire.Tag(DataField, FieldWire.Bytes);

    public static bool IsHttpBody(MessageDescriptor message) => message.FullName == FullName;

    public static bool IsHttpBody(FieldDescriptor field) => field.FieldType == FieldType.Message && IsHttpBody(field.MessageType);

    public static void Write(string? contentType, ReadOnlySpan<byte> data, PayloadBuffer output)
    {
        if (!string.IsNullOrEmpty(contentType))
        {
            output.Write(ContentTypeTag);
            FieldWire.WriteVarint((ulong)Encoding.UTF8.GetByteCount(contentType), output);
            Encoding.UTF8.GetBytes(contentType, output);
        }

        if (!data.IsEmpty)
        {
            output.Write(DataTag);
            FieldWire.WriteBytes(data, output);
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
        var rest = message.Span;
        while (FieldWire.TryRead(ref rest, out var number, out var body, out var isDelimited))
        {
            if (number == field.FieldNumber && isDelimited)
            {
                Merge(message.Slice(message.Length - rest.Length - body.Length, body.Length), ref content);
            }
        }

        return content;
    }

    private static void Merge(ReadOnlyMemory<byte> message, ref HttpBodyContent content)
    {
        var rest = message.Span;
        while (FieldWire.TryRead(ref rest, out var number, out var value, out var isDelimited))
        {
            if (isDelimited && number == ContentTypeField)
            {
                content = content with { ContentType = HeaderSafe(value) };
            }
            else if (isDelimited && number == DataField)
            {
                content = content with { Data = message.Slice(message.Length - rest.Length - value.Length, value.Length) };
            }
        }
    }

    /// <summary>A media type comes from the backend and goes into a header: visible ASCII only.</summary>
    private static string HeaderSafe(ReadOnlySpan<byte> value) =>
        value.IsEmpty || value.ContainsAnyExceptInRange((byte)' ', (byte)'~') ? Unknown : Encoding.ASCII.GetString(value);
}
