namespace Transcoders.Payloads.WellKnown;

/// <summary>One path of a google.protobuf.FieldMask: `foo_bar.baz` on the wire, `fooBar.baz` in JSON.</summary>
public static class FieldMaskText
{
    /// <summary>`fooBar.baz` → `foo_bar.baz`; false when it holds `_` or is empty. The target has room for twice the text.</summary>
    public static bool TryToProto(ReadOnlySpan<byte> path, Span<byte> target, out int written)
    {
        written = 0;
        foreach (var b in path)
        {
            if (b is >= (byte)'A' and <= (byte)'Z')
            {
                target[written++] = (byte)'_';
                target[written++] = (byte)(b | 0x20);
            }
            else if (b is (byte)'_' or (byte)',' or (byte)'"' or (byte)'\\' or <= (byte)' ' or >= 0x7F)
            {
                return false;
            }
            else
            {
                target[written++] = b;
            }
        }

        return path.Length != 0;
    }

    /// <summary>`foo_bar.baz` → `fooBar.baz`; false when it would not come back the same. The target has room for the text.</summary>
    public static bool TryToJson(ReadOnlySpan<byte> path, Span<byte> target, out int written)
    {
        written = 0;
        for (var i = 0; i < path.Length; i++)
        {
            var b = path[i];
            if (b == '_')
            {
                i++;
                if (i == path.Length || path[i] is not (>= (byte)'a' and <= (byte)'z'))
                {
                    return false;
                }

                target[written++] = (byte)(path[i] & ~0x20);
            }
            else if (b is (>= (byte)'A' and <= (byte)'Z') or (byte)',' or (byte)'"' or (byte)'\\' or <= (byte)' ' or >= 0x7F)
            {
                return false;
            }
            else
            {
                target[written++] = b;
            }
        }

        return path.Length != 0;
    }
}
