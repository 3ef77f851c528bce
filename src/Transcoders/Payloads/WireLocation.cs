using System.Globalization;
using System.Text;

namespace Transcoders.Payloads;

/// <summary>Says which field of a message a byte of its wire belongs to. For error messages only.</summary>
internal static class WireLocation
{
    private const int MaxSegments = 64;

    /// <summary>The path of the innermost field that holds the byte, such as `books[2].title`; broken wire is read as far as it goes.</summary>
    public static string Path(MessagePlan plan, ReadOnlySpan<byte> data, int offset)
    {
        var path = new StringBuilder();
        for (var depth = 0; depth < MaxSegments; depth++)
        {
            var field = Find(plan, data, offset, out var start, out var content, out var index);
            if (field is null)
            {
                break;
            }

            path.Append(path.Length == 0 ? "" : ".").Append(field.PrintedName);
            if (field.Shape != FieldShape.Singular)
            {
                path.Append('[').Append(index.ToString(CultureInfo.InvariantCulture)).Append(']');
            }

            if (field.Message is null || content.IsEmpty)
            {
                break;
            }

            plan = field.Message;
            data = content;
            offset -= start;
        }

        return path.ToString();
    }

    private static FieldPlan? Find(MessagePlan plan, ReadOnlySpan<byte> data, int offset, out int start, out ReadOnlySpan<byte> content, out int index)
    {
        var position = 0;
        var lastNumber = 0;
        index = 0;
        while (position < data.Length)
        {
            if (!WireReader.TryReadTag(data, ref position, out var tag))
            {
                break;
            }

            var number = (int)(tag >> 3);
            index = number == lastNumber ? index + 1 : 0;
            lastNumber = number;
            start = position;
            content = default;
            var read = (tag & 7) switch
            {
                WireType.Length => WireReader.TryReadLengthDelimited(data, ref position, out content),
                WireType.StartGroup => WireReader.TryReadGroup(data, ref position, number, out content),
                _ => WireReader.TrySkip(data, ref position, tag),
            };
            if (!read || offset <= position)
            {
                start = (tag & 7) == WireType.Length ? position - content.Length : start;
                return plan.FindByNumber(number);
            }
        }

        start = 0;
        content = default;
        return null;
    }
}
