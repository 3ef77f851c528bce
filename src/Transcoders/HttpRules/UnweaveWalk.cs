using System.Text;
using Transcoders.Calls;
using Transcoders.Payloads;

namespace Transcoders.HttpRules;

/// <summary>One walk over a message's JSON that puts each of its fields where the rule wants it: path, query or body.</summary>
/// <remarks>Why over JSON: it has each field once, merged, checked and in the text that URLs use, however the message was encoded.</remarks>
internal ref struct UnweaveWalk
{
    /// <summary>Longest name of a query parameter, in bytes.</summary>
    public const int MaxName = 512;

    private readonly Span<(int Start, int End)> _captures;
    private readonly Span<byte> _name;
    private readonly PayloadBuffer? _query;
    private readonly PayloadBuffer _body;
    private JsonScanner _json;
    private ScratchBytes _scratch;
    private int _nameLength;

    /// <param name="json">The message.</param>
    /// <param name="captures">Takes where the values of the path's variables are.</param>
    /// <param name="query">Takes `a=1&amp;b=2`; null when the fields outside path and body are of no interest.</param>
    /// <param name="body">Takes the JSON of the body.</param>
    /// <param name="name">Room of at least <see cref="MaxName"/> bytes.</param>
    /// <param name="scratch">Room for values; disposed by the caller.</param>
    public UnweaveWalk(
        ReadOnlySpan<byte> json, Span<(int Start, int End)> captures, PayloadBuffer? query, PayloadBuffer body, Span<byte> name, ScratchBytes scratch)
    {
        _json = new JsonScanner(json, int.MaxValue);
        _captures = captures;
        _query = query;
        _body = body;
        _name = name;
        _scratch = scratch;
    }

    /// <summary>The whole message is the body, without what the path holds.</summary>
    public void CopyWhole(BoundField? bound) => Copy(bound);

    /// <summary>One field is the body, or none; what the path does not hold goes to the query. True when there is a body.</summary>
    public bool Split(MessageNode message, BoundField? bound, ReadOnlySpan<byte> bodyField)
    {
        if (_json.Peek() != '{')
        {
            throw PayloadErrors.InvalidField("", "a message of this type cannot be put into a URL.");
        }

        var hasBody = false;
        if (_json.Open((byte)'}'))
        {
            return false;
        }

        do
        {
            var name = ReadName();
            if (!bodyField.IsEmpty && name.SequenceEqual(bodyField))
            {
                hasBody = true;
                Copy(bound?.Find(name));
            }
            else
            {
                Member(name, message, bound, depth: 1);
            }
        }
        while (_json.Continues((byte)'}'));
        return hasBody;
    }

    public void Dispose() => _scratch.Dispose();

    private void Member(scoped ReadOnlySpan<byte> name, MessageNode message, BoundField? bound, int depth)
    {
        if (_query is null)
        {
            _json.SkipValue();
            return;
        }

        var held = bound?.Find(name);
        if (held is { Variable: >= 0 })
        {
            Capture(held);
            return;
        }

        var nameLength = _nameLength;
        Push(name);
        if (Find(message, name) is not { } node)
        {
            throw Refuse("an extension can only be carried by a body.");
        }

        switch (node.Role)
        {
            case FieldRole.Leaf when node.IsRepeated:
                List(node);
                break;
            case FieldRole.Leaf:
                Pair(node);
                break;
            case FieldRole.Message:
                Nested(node.Message!, held, depth);
                break;
            default:
                RefuseUnlessEmpty();
                break;
        }

        _nameLength = nameLength;
    }

    private void Nested(MessageNode message, BoundField? bound, int depth)
    {
        if (depth == NestedWriter.MaxDepth)
        {
            throw Refuse($"it is nested deeper than the {NestedWriter.MaxDepth} levels a query can name.");
        }

        Push("."u8);
        if (_json.Open((byte)'}'))
        {
            return;
        }

        do
        {
            Member(ReadName(), message, bound, depth + 1);
        }
        while (_json.Continues((byte)'}'));
        _json.Close();
    }

    private void List(FieldNode node)
    {
        if (_json.OpenFlat((byte)']'))
        {
            return;
        }

        do
        {
            Pair(node);
        }
        while (_json.Continues((byte)']'));
    }

    private void Pair(FieldNode node)
    {
        var value = Value();
        var query = _query!;
        if (query.Length > 0)
        {
            query.Write("&"u8);
        }

        PercentEncoder.Write(query, _name[.._nameLength], keepSlash: false);
        query.Write("="u8);
        PercentEncoder.Write(query, LeafText.Read(value, node, ref _scratch), keepSlash: false);
        if (query.Length > RequestUnweaver.MaxTargetLength)
        {
            throw RequestUnweaver.TooLong();
        }
    }

    private void RefuseUnlessEmpty()
    {
        var value = Value();
        if (!value.SequenceEqual("{}"u8) && !value.SequenceEqual("[]"u8))
        {
            throw Refuse("a field of this type can only be carried by a body, and the rule has none for it.");
        }
    }

    /// <summary>Appends the value here to the body, without what the path holds of it.</summary>
    private void Copy(BoundField? bound)
    {
        if (bound is null || _json.Peek() != '{')
        {
            _body.Write(Value());
            return;
        }

        _body.Write("{"u8);
        var start = _body.Length;
        var isEmpty = _json.Open((byte)'}');
        while (!isEmpty)
        {
            _json.ExpectQuote();
            var at = _json.Position;
            var name = ReadName();
            var quoted = _json.Json[at..(_json.Position - 1)];
            var held = bound.Find(name);
            if (held is { Variable: >= 0 })
            {
                Capture(held);
            }
            else
            {
                _body.Write(_body.Length == start ? default : ","u8);
                _body.Write(quoted);
                _body.Write(":"u8);
                Copy(held);
            }

            isEmpty = !_json.Continues((byte)'}');
        }

        _body.Write("}"u8);
    }

    private void Capture(BoundField held)
    {
        _json.Peek();
        var start = _json.Position;
        _json.SkipValue();
        _captures[held.Variable] = (start, _json.Position);
    }

    private ReadOnlySpan<byte> Value()
    {
        _json.Peek();
        var start = _json.Position;
        _json.SkipValue();
        return _json.Json[start.._json.Position];
    }

    /// <summary>The name of a member, and its colon. Our own printer escapes nothing in the names of fields that are like others.</summary>
    private ReadOnlySpan<byte> ReadName()
    {
        _json.ExpectQuote();
        var name = _json.ReadString(out _);
        _json.Expect((byte)':');
        return name;
    }

    private void Push(scoped ReadOnlySpan<byte> part)
    {
        if (_nameLength + part.Length > MaxName)
        {
            throw Refuse($"the name of a query parameter has at most {MaxName} bytes.");
        }

        part.CopyTo(_name[_nameLength..]);
        _nameLength += part.Length;
    }

    private readonly CallException Refuse(string description) => PayloadErrors.InvalidField(ClientText.Show(_name[.._nameLength]), description);

    /// <summary>The field of that name; the name is not longer than <see cref="MaxName"/> by now.</summary>
    private static FieldNode? Find(MessageNode message, scoped ReadOnlySpan<byte> name)
    {
        Span<char> characters = stackalloc char[MaxName];
        return message.Find(characters[..Encoding.UTF8.GetChars(name, characters)]);
    }
}
