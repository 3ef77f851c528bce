using System.Text;
using Google.Protobuf.Reflection;

namespace Transcoders.Protos;

/// <summary>Tokens, names, and the comments of declarations.</summary>
internal sealed partial class ProtoParser
{
    private ProtoToken Current => _tokens[_next];

    private ReadOnlySpan<char> Slice(ProtoToken token) => _text.AsSpan(token.Start, token.Length);

    /// <summary>The word that comes next, or null.</summary>
    private string? WordHere() => Current.Kind == ProtoTokenKind.Identifier ? _text.Substring(Current.Start, Current.Length) : null;

    private bool IsSymbol(char symbol, int ahead = 0) =>
        _next + ahead < _tokens.Count && _tokens[_next + ahead] is { Kind: ProtoTokenKind.Symbol } token && _text[token.Start] == symbol;

    private bool TrySymbol(char symbol)
    {
        if (!IsSymbol(symbol))
        {
            return false;
        }

        _next++;
        return true;
    }

    private void Expect(char symbol)
    {
        if (!TrySymbol(symbol))
        {
            throw Unexpected($"'{symbol}'");
        }
    }

    /// <summary>`message`, or `export message` and `local message` of edition 2024.</summary>
    private bool StartsDeclaration(string keyword)
    {
        var first = WordHere();
        if (first == keyword)
        {
            return true;
        }

        return _tokens[_next + 1] is { Kind: ProtoTokenKind.Identifier } token && Slice(token).SequenceEqual(keyword);
    }

    private SymbolVisibility? ParseVisibility()
    {
        SymbolVisibility? visibility = WordHere() switch
        {
            "export" => SymbolVisibility.VisibilityExport,
            "local" => SymbolVisibility.VisibilityLocal,
            _ => null,
        };
        if (visibility is not null)
        {
            _next++;
        }

        return visibility;
    }

    private string ParseIdentifier(string expected)
    {
        if (WordHere() is not { } word)
        {
            throw Unexpected(expected);
        }

        _next++;
        return word;
    }

    /// <summary>The name of a declaration, whose place is kept.</summary>
    private string ParseName(object owner)
    {
        _source.Positions[owner] = Current.Position;
        return ParseIdentifier("a name");
    }

    /// <summary>`a.b.c`</summary>
    private string ParseFullName()
    {
        var name = ParseIdentifier("a name");
        while (TrySymbol('.'))
        {
            name += "." + ParseIdentifier("a name");
        }

        return name;
    }

    /// <summary>`a.b.C`, or `.a.b.C` from the root.</summary>
    private string ParseTypeName() => TrySymbol('.') ? "." + ParseFullName() : ParseFullName();

    private int ParseInt32()
    {
        var position = Current.Position;
        var negative = TrySymbol('-');
        if (Current.Kind != ProtoTokenKind.Integer)
        {
            throw Unexpected("a whole number");
        }

        if (!ProtoText.TryParse(Slice(Current), out var value) || value > (negative ? 2147483648u : 2147483647u))
        {
            throw new ProtoSyntaxException(position, "the number does not fit 32 bits.");
        }

        _next++;
        return negative ? (int)-(long)value : (int)value;
    }

    private string ParseString() => Encoding.UTF8.GetString(ParseBytes());

    /// <summary>One string, or several that follow each other.</summary>
    private byte[] ParseBytes()
    {
        if (Current.Kind != ProtoTokenKind.String)
        {
            throw Unexpected("a string");
        }

        byte[] bytes = [];
        while (Current.Kind == ProtoTokenKind.String)
        {
            var part = ProtoText.Unquote(Slice(Current)) ?? throw Wrong("the string has an escape that means nothing.");
            bytes = bytes.Length == 0 ? part : [.. bytes, .. part];
            _next++;
        }

        return bytes;
    }

    private ProtoSyntaxException Wrong(string text) => new(Current.Position, text);

    private ProtoSyntaxException Unexpected(string expected)
    {
        var found = Current.Kind == ProtoTokenKind.End ? "the end of the file" : $"'{(Current.Length > 40 ? Slice(Current)[..40] : Slice(Current))}'";
        return Wrong($"{found} where {expected} would be right.");
    }

    /// <summary>A declaration begins, the index-th of a list of its parent's descriptor.</summary>
    /// <returns>Its first token.</returns>
    private int Begin(int number, int index)
    {
        _path.Add(number);
        _path.Add(index);
        return _next;
    }

    private void End() => _path.RemoveRange(_path.Count - 2, 2);

    /// <summary>The head of a declaration has ended with the token just passed: its comments stand before it and behind that.</summary>
    private void Comment(int start)
    {
        var leading = _gaps.TryGetValue(start, out var before) ? before.Leading : "";
        var trailing = _gaps.TryGetValue(_next, out var behind) ? behind.Trailing : "";
        if (leading.Length == 0 && trailing.Length == 0)
        {
            return;
        }

        var first = _tokens[start].Position;
        var last = _tokens[_next - 1];
        var location = new SourceCodeInfo.Types.Location { Path = { _path } };
        location.Span.Add(first.Line - 1);
        location.Span.Add(first.Column - 1);
        if (last.Position.Line != first.Line)
        {
            location.Span.Add(last.Position.Line - 1);
        }

        location.Span.Add(last.Position.Column - 1 + last.Length);
        if (leading.Length > 0)
        {
            location.LeadingComments = leading;
        }

        if (trailing.Length > 0)
        {
            location.TrailingComments = trailing;
        }

        File.SourceCodeInfo.Location.Add(location);
    }
}
