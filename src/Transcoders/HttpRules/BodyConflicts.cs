using Google.Protobuf.Reflection;
using Transcoders.Calls;

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
        while (FieldWire.TryRead(ref body, out var number, out var content, out var isDelimited))
        {
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
                else if (node.Role == FieldRole.Message && isDelimited)
                {
                    Check(content, node.Field.MessageType, i, ref set, sameField);
                }
                else if (sameField && entry.IsSet)
                {
                    throw BadRequests.Of(node.Field.Name, $"The field '{node.Field.Name}' is set by the URL and by the body; set it once.");
                }
            }
        }
    }

    private static void CheckOneof(MessageDescriptor message, int number, FieldNode node)
    {
        if (node.Oneof >= 0 && message.FindFieldByNumber(number) is { } other && other.RealContainingOneof?.Index == node.Oneof)
        {
            throw BadRequests.Of(
                node.Field.Name,
                $"'{node.Field.Name}' of the URL and '{other.Name}' of the body exclude each other: both belong to the oneof '{other.RealContainingOneof.Name}'.");
        }
    }
}
