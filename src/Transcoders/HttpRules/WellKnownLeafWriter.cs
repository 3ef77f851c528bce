using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Transcoders.Calls;
using Transcoders.Payloads;

namespace Transcoders.HttpRules;

/// <summary>Writes a well-known type given as text: puts the text into its JSON form and leaves the rest to the plan that bodies use.</summary>
internal static class WellKnownLeafWriter
{
    /// <summary>Length of a JSON escape, `\u0022`.</summary>
    private const int MaxEscape = 6;

    /// <inheritdoc cref="LeafWriter.TryWrite"/>
    public static string? TryWrite(
        FieldNode node, scoped ReadOnlySpan<byte> text, WeaveOptions options, PayloadBuffer buffer, ref WireWriter writer)
    {
        var name = node.Field.MessageType.FullName;
        if (options.EmptyBoolIsTrue && text.IsEmpty && name == "google.protobuf.BoolValue")
        {
            text = "true"u8;
        }

        if (name == "google.protobuf.FieldMask")
        {
            WriteFieldMask(node, text, ref writer);
            return null;
        }

        var isBool = name == "google.protobuf.BoolValue";
        if (isBool && !text.SequenceEqual("true"u8) && !text.SequenceEqual("false"u8))
        {
            return "true or false";
        }

        var bare = isBool || (name == "google.protobuf.Value" && IsJsonScalar(text));
        var rented = ArrayPool<byte>.Shared.Rent((text.Length * MaxEscape) + 4);
        var length = WriteJson(rented, text, bare, node.IsRepeated);
        var mark = writer.Position;
        writer.Flush();
        try
        {
            node.JsonPlan!.Convert(rented.AsSpan(0, length), buffer);
            writer = new WireWriter(buffer);
            return null;
        }
        catch (CallException e) when (e.Status.Code == StatusCode.InvalidArgument)
        {
            buffer.Length = mark;
            writer = new WireWriter(buffer);
            return Expected(name);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>
    /// `displayName,a.b` → paths `display_name` and `a.b`. Names of the .proto file pass as they are:
    /// the JSON form forbids them, yet most clients write `update_mask=display_name`.
    /// </summary>
    private static void WriteFieldMask(FieldNode node, scoped ReadOnlySpan<byte> text, ref WireWriter writer)
    {
        const int pathsField = 1;
        writer.WriteTag(node.Field.FieldNumber, WireType.Length);
        var mask = writer.BeginLength();
        foreach (var range in text.Split((byte)','))
        {
            var path = text[range];
            if (path.IsEmpty)
            {
                continue;
            }

            writer.WriteTag(pathsField, WireType.Length);
            var start = writer.BeginLength();
            foreach (var letter in path)
            {
                if (char.IsAsciiLetterUpper((char)letter))
                {
                    writer.WriteByte((byte)'_');
                    writer.WriteByte((byte)(letter | 0x20));
                }
                else
                {
                    writer.WriteByte(letter);
                }
            }

            writer.EndLength(start);
        }

        writer.EndLength(mask);
    }

    /// <summary>The JSON form of a text: as it is, or quoted; in an array when the field is repeated. Returns its length.</summary>
    private static int WriteJson(Span<byte> json, ReadOnlySpan<byte> text, bool bare, bool inArray)
    {
        var length = 0;
        if (inArray)
        {
            json[length++] = (byte)'[';
        }

        if (bare)
        {
            text.CopyTo(json[length..]);
            length += text.Length;
        }
        else
        {
            json[length++] = (byte)'"';
            foreach (var letter in text)
            {
                if (letter is >= (byte)' ' and not ((byte)'"' or (byte)'\\'))
                {
                    json[length++] = letter;
                    continue;
                }

                "\\u00"u8.CopyTo(json[length..]);
                letter.TryFormat(json[(length + 4)..], out _, "x2", CultureInfo.InvariantCulture);
                length += MaxEscape;
            }

            json[length++] = (byte)'"';
        }

        if (inArray)
        {
            json[length++] = (byte)']';
        }

        return length;
    }

    private static bool IsJsonScalar(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || (text[0] is not ((byte)'t' or (byte)'f' or (byte)'n' or (byte)'-') && !char.IsAsciiDigit((char)text[0])))
        {
            return false;
        }

        var reader = new Utf8JsonReader(text);
        try
        {
            return reader.Read() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Expected(string type) => type switch
    {
        "google.protobuf.Timestamp" => "a time as in RFC 3339, such as 2024-05-01T12:00:00Z",
        "google.protobuf.Duration" => "seconds with the suffix s, such as 1.5s",
        "google.protobuf.BytesValue" => "base64, of either alphabet",
        "google.protobuf.BoolValue" => "true or false",
        "google.protobuf.Value" => "a scalar JSON value",
        "google.protobuf.DoubleValue" or "google.protobuf.FloatValue" => "a number, NaN, Infinity or -Infinity",
        "google.protobuf.Int32Value" => "an integer of 32 bits",
        "google.protobuf.UInt32Value" => "an integer of 32 bits without sign",
        "google.protobuf.Int64Value" => "an integer of 64 bits",
        "google.protobuf.UInt64Value" => "an integer of 64 bits without sign",
        _ => type,
    };
}
