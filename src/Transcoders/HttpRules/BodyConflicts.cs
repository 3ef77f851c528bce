using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.Payloads;

namespace Transcoders.HttpRules;

/// <summary>Finds what both the URL and the body have set.</summary>
internal static class BodyConflicts
{
    /// <param name="body">The message that the body became.</param>
    /// <param name="message">Its type.</param>
    /// <param name="parent">The entry of <paramref name="set"/> that stands for it.</param>
    /// <param name="set">What the URL has set.</param>
    /// <param name="sameField">True refuses a field set twice; false refuses only two members of one oneof.</param>
    /// <exception cref="CallException">INVALID_ARGUMENT naming the field.</exception>
    public static void Check(scoped ReadOnlySpan<byte> body, MessageDescriptor message, int parent, ref FieldSet set, bool sameField)
    {
        var position = 0;
        while (WireReader.TryReadTag(body, ref position, out var tag))
        {
            var number = (int)(tag >> 3);
            if (!TryRead(body, ref position, tag, out var content))
            {
                return;
            }

            for (var i = 0; i < set.Count; i++)
            {
                var entry = set[i];
                if (entry.Parent != parent)
                {
                    continue;
                }

                var node = entry.Node;
                if (node.Field.FieldNumber != number)
                {
                    CheckOneof(message, number, node);
                }
                else if (node.Role == FieldRole.Message)
                {
                    Check(content, node.Field.MessageType, i, ref set, sameField);
                }
                else if (sameField && entry.IsSet)
                {
                    throw PayloadErrors.InvalidField(node.Field.Name, "the field is set by the URL and by the body; set it once.");
                }
            }
        }
    }

    /// <summary>Reads over one value; the content is empty for what has no length. Our own plan wrote it, so it is well-formed.</summary>
    private static bool TryRead(ReadOnlySpan<byte> body, ref int position, uint tag, out ReadOnlySpan<byte> content)
    {
        content = default;
        return (tag & 7) switch
        {
            WireType.Length => WireReader.TryReadLengthDelimited(body, ref position, out content),
            WireType.StartGroup => WireReader.TryReadGroup(body, ref position, (int)(tag >> 3), out content),
            _ => WireReader.TrySkip(body, ref position, tag),
        };
    }

    private static void CheckOneof(MessageDescriptor message, int number, FieldNode node)
    {
        if (node.Oneof >= 0 && message.FindFieldByNumber(number) is { } other && other.RealContainingOneof?.Index == node.Oneof)
        {
            throw PayloadErrors.InvalidField(
                node.Field.Name,
                $"this of the URL and '{other.Name}' of the body exclude each other: both belong to the oneof '{other.RealContainingOneof.Name}'.");
        }
    }
}
