namespace Transcoders.Protos;

/// <summary>Cuts a source into tokens, and keeps the comments between them. Source: protobuf language specification, lexical elements.</summary>
internal sealed class ProtoLexer
{
    private readonly string _text;
    private readonly List<ProtoToken> _tokens = [];
    private readonly Dictionary<int, ProtoGap> _gaps = [];
    private readonly ProtoCommentGap _gap = new();
    private int _at;
    private int _line = 1;
    private int _lineStart;

    private ProtoLexer(string text)
    {
        _text = text;
    }

    /// <summary>Every token, an End last, and the comments before each by its index.</summary>
    /// <exception cref="ProtoSyntaxException">A character, a string or a comment that the language does not have.</exception>
    public static (List<ProtoToken> Tokens, Dictionary<int, ProtoGap> Gaps) Read(string text)
    {
        var lexer = new ProtoLexer(text);
        if (text.StartsWith('\uFEFF'))
        {
            lexer._at = lexer._lineStart = 1;
        }

        lexer.Read();
        return (lexer._tokens, lexer._gaps);
    }

    private ProtoPosition Here => new(_line, _at - _lineStart + 1);

    private void Read()
    {
        while (true)
        {
            SkipSpace();
            var position = Here;
            var start = _at;
            var isClosing = _at >= _text.Length || _text[_at] is '}' or ']';
            if (_gap.Close(isClosing) is { } gap)
            {
                _gaps[_tokens.Count] = gap;
            }

            if (_at >= _text.Length)
            {
                _tokens.Add(new(ProtoTokenKind.End, start, 0, position));
                return;
            }

            var c = _text[_at];
            var kind = c switch
            {
                _ when IsWordStart(c) => Word(),
                _ when char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(Peek(1))) => Number(position),
                '"' or '\'' => Text(c, position),
                _ when c is > ' ' and < (char)127 => Symbol(),
                _ => throw new ProtoSyntaxException(position, $"the character U+{(int)c:X4} has no meaning outside of strings and comments."),
            };
            _tokens.Add(new(kind, start, _at - start, position));
        }
    }

    private char Peek(int ahead) => _at + ahead < _text.Length ? _text[_at + ahead] : '\0';

    private static bool IsWordStart(char c) => char.IsAsciiLetter(c) || c == '_';

    private ProtoTokenKind Symbol()
    {
        _at++;
        return ProtoTokenKind.Symbol;
    }

    private ProtoTokenKind Word()
    {
        while (_at < _text.Length && (IsWordStart(_text[_at]) || char.IsAsciiDigit(_text[_at])))
        {
            _at++;
        }

        return ProtoTokenKind.Identifier;
    }

    private ProtoTokenKind Number(ProtoPosition position)
    {
        var kind = ProtoTokenKind.Integer;
        if (_text[_at] == '0' && Peek(1) is 'x' or 'X')
        {
            _at += 2;
            while (char.IsAsciiHexDigit(Peek(0)))
            {
                _at++;
            }
        }
        else
        {
            while (true)
            {
                var c = Peek(0);
                if (c is 'e' or 'E')
                {
                    kind = ProtoTokenKind.Float;
                    _at += Peek(1) is '+' or '-' ? 2 : 1;
                }
                else if (c == '.')
                {
                    kind = ProtoTokenKind.Float;
                    _at++;
                }
                else if (char.IsAsciiDigit(c))
                {
                    _at++;
                }
                else
                {
                    break;
                }
            }
        }

        if (IsWordStart(Peek(0)))
        {
            throw new ProtoSyntaxException(position, "a number and a name need a space between them.");
        }

        return kind;
    }

    private ProtoTokenKind Text(char quote, ProtoPosition position)
    {
        for (_at++; _at < _text.Length && _text[_at] != '\n'; _at++)
        {
            if (_text[_at] == quote)
            {
                _at++;
                return ProtoTokenKind.String;
            }

            if (_text[_at] == '\\' && Peek(1) is not ('\n' or '\0'))
            {
                _at++;
            }
        }

        throw new ProtoSyntaxException(position, $"the string is not closed on its line; a {quote} is missing.");
    }

    private void SkipSpace()
    {
        var isFirstLine = _tokens.Count > 0;
        var lineIsEmpty = !isFirstLine;
        while (_at < _text.Length)
        {
            var c = _text[_at];
            if (c == '\n')
            {
                _at++;
                _line++;
                _lineStart = _at;
                if (lineIsEmpty)
                {
                    _gap.BlankLine();
                }

                lineIsEmpty = true;
                isFirstLine = false;
            }
            else if (c is ' ' or '\t' or '\r' or '\v' or '\f')
            {
                _at++;
            }
            else if (c == '/' && Peek(1) == '/')
            {
                var start = _at + 2;
                var end = _text.IndexOf('\n', start);
                _at = end < 0 ? _text.Length : end;
                _gap.Line(_text.AsSpan(start, _at - start).TrimEnd('\r'), isFirstLine);
                lineIsEmpty = false;
            }
            else if (c == '/' && Peek(1) == '*')
            {
                Block(isFirstLine);
                isFirstLine = false;
                lineIsEmpty = false;
            }
            else
            {
                return;
            }
        }
    }

    private void Block(bool isFirstLine)
    {
        var position = Here;
        var start = _at + 2;
        var end = _text.IndexOf("*/", start, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new ProtoSyntaxException(position, "the comment is not closed; a */ is missing.");
        }

        for (var i = start; i < end; i++)
        {
            if (_text[i] == '\n')
            {
                _line++;
                _lineStart = i + 1;
            }
        }

        _at = end + 2;
        _gap.Block(_text.AsSpan(start, end - start), isFirstLine);
    }
}
