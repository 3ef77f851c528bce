using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.Payloads;

namespace Transcoders.HttpRules;

/// <summary>A leaf's JSON value as URLs write it: a string without quotes and escapes, bytes in the URL's base64, everything else as it is.</summary>
internal static class LeafText
{
    /// <summary>The text, in <paramref name="scratch"/> or in the JSON itself.</summary>
    /// <param name="json">One JSON scalar.</param>
    /// <param name="node">The field.</param>
    /// <param name="scratch">Room; what it held is gone.</param>
    /// <exception cref="CallException">INVALID_ARGUMENT for what is no scalar.</exception>
    public static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> json, FieldNode node, scoped ref ScratchBytes scratch)
    {
        switch (json[0])
        {
            case (byte)'{' or (byte)'[':
                throw PayloadErrors.InvalidField(node.Field.Name, "a URL can carry a scalar here, but no object and no list.");
            case not (byte)'"':
                return json;
        }

        var scanner = new JsonScanner(json, 1);
        var raw = scanner.ReadString(out var escaped);
        var isBytes = node.Field.FieldType == FieldType.Bytes
            || (node.JsonPlan is not null && node.Field.MessageType.FullName == "google.protobuf.BytesValue");
        if (!escaped && !isBytes)
        {
            return raw;
        }

        var text = scratch.Get(raw.Length);
        if (escaped)
        {
            return text[..scanner.Unescape(raw, text)];
        }

        raw = raw.TrimEnd((byte)'=');
        raw.CopyTo(text);
        text = text[..raw.Length];
        text.Replace((byte)'+', (byte)'-');
        text.Replace((byte)'/', (byte)'_');
        return text;
    }
}
