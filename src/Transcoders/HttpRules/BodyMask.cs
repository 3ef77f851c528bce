using System.Runtime.CompilerServices;
using System.Text;
using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.Payloads;

namespace Transcoders.HttpRules;

/// <summary>
/// Makes the field mask of a partial update out of what its body has: `{"title":"x","author":{"givenName":null},"tags":[]}` →
/// `title`, `author.given_name`, `tags`. Immutable once compiled.
/// </summary>
/// <remarks>
/// As grpc-gateway does it: messages are entered, so that members beside those sent stay as they are; lists, maps and well-known types
/// are named as a whole; a member that is null is named, and so cleared; `{}` inside names nothing. Paths stand in the order of the body.
/// </remarks>
internal sealed class BodyMask
{
    /// <summary>Longest path, in bytes; what would be longer is named by the message above it.</summary>
    private const int MaxPath = 1024;

    private const int PathsField = 1;

    private readonly FieldNode _mask;
    private readonly MessageNode _body;
    private readonly int _maxDepth;

    private BodyMask(FieldNode mask, MessageNode body, int maxDepth)
    {
        _mask = mask;
        _body = body;
        _maxDepth = maxDepth;
    }

    /// <summary>The mask of a request whose body is one field; null where there is none to fill, or more than one.</summary>
    /// <param name="input">The request's type.</param>
    /// <param name="request">The same, compiled.</param>
    /// <param name="bodyField">The field that is the body; null when the body is the whole request or nothing.</param>
    /// <param name="maxDepth">Deepest nesting of the body.</param>
    public static BodyMask? Compile(MessageDescriptor input, MessageNode request, FieldDescriptor? bodyField, int maxDepth)
    {
        if (bodyField is null || request.Find(bodyField.Name) is not { Role: FieldRole.Message } body || HttpBodyWire.IsHttpBody(bodyField))
        {
            return null;
        }

        FieldNode? mask = null;
        foreach (var field in input.Fields.InDeclarationOrder())
        {
            if (field is { FieldType: FieldType.Message, IsRepeated: false, MessageType.FullName: "google.protobuf.FieldMask" })
            {
                if (mask is not null)
                {
                    return null;
                }

                mask = request.Find(field.Name);
            }
        }

        return mask is null ? null : new BodyMask(mask, body.Message!, maxDepth);
    }

    /// <summary>True when the URL has set the mask itself.</summary>
    public bool IsSet(scoped ref FieldSet set)
    {
        for (var i = 0; i < set.Count; i++)
        {
            if (set[i].Parent == FieldSet.Root && ReferenceEquals(set[i].Node, _mask))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Appends the mask; nothing when the body names no field.</summary>
    /// <param name="body">The JSON that the body was, already found good.</param>
    /// <param name="output">Takes the field.</param>
    [SkipLocalsInit]
    public void Write(ReadOnlySpan<byte> body, PayloadBuffer output)
    {
        var json = new JsonScanner(body, _maxDepth);
        if (json.Peek() != '{')
        {
            return;
        }

        Span<byte> path = stackalloc byte[MaxPath];
        Span<char> name = stackalloc char[MaxPath];
        var writer = new WireWriter(output);
        writer.WriteTag(_mask.Field.FieldNumber, WireType.Length);
        var mark = writer.BeginLength();
        var start = writer.Position;
        Members(ref json, _body, path, 0, name, ref writer);
        if (writer.Position == start)
        {
            return;
        }

        writer.EndLength(mark);
        writer.Flush();
    }

    private static void Members(
        ref JsonScanner json, MessageNode message, scoped Span<byte> path, int length, scoped Span<char> buffer, ref WireWriter writer)
    {
        if (json.Open((byte)'}'))
        {
            return;
        }

        do
        {
            json.Peek();
            json.ExpectQuote();
            var raw = json.ReadString(out var escaped);
            var node = Find(ref json, message, raw, escaped, buffer);
            json.Expect((byte)':');
            var next = node is null ? 0 : Append(path, length, node.Field.Name);
            if (node is null || next < 0)
            {
                // A field that the message does not have was passed over by the body's own reader as well.
                json.SkipValue();
                if (node is not null && length > 0)
                {
                    WritePath(path[..length], ref writer);
                }
            }
            else if (node.Role == FieldRole.Message && json.Peek() == '{')
            {
                Members(ref json, node.Message!, path, next, buffer, ref writer);
            }
            else
            {
                json.SkipValue();
                WritePath(path[..next], ref writer);
            }
        }
        while (json.Continues((byte)'}'));
        json.Close();
    }

    private static FieldNode? Find(ref JsonScanner json, MessageNode message, ReadOnlySpan<byte> raw, bool escaped, scoped Span<char> buffer)
    {
        if (raw.Length > MaxPath)
        {
            return null;
        }

        if (!escaped)
        {
            return message.Find(buffer[..Encoding.UTF8.GetChars(raw, buffer)]);
        }

        Span<byte> name = stackalloc byte[MaxPath];
        var length = json.Unescape(raw, name);
        return message.Find(buffer[..Encoding.UTF8.GetChars(name[..length], buffer)]);
    }

    /// <summary>`author` and `given_name` → `author.given_name`; -1 when it would be too long.</summary>
    private static int Append(scoped Span<byte> path, int length, string name)
    {
        var at = length;
        if (at + name.Length + 1 > path.Length)
        {
            return -1;
        }

        if (at > 0)
        {
            path[at++] = (byte)'.';
        }

        return at + Encoding.ASCII.GetBytes(name, path[at..]);
    }

    private static void WritePath(scoped ReadOnlySpan<byte> path, ref WireWriter writer)
    {
        writer.WriteTag(PathsField, WireType.Length);
        writer.WriteLengthDelimited(path);
    }
}
