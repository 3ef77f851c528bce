using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Gateway.Configuration;

/// <summary>Reads JSON into a tree whose nodes know their line and column. Comments and trailing commas are allowed.</summary>
internal ref struct ConfigTreeReader
{
    /// <summary>Deepest nesting; YARP's own schema needs seven levels.</summary>
    private const int MaxDepth = 64;

    private readonly ReadOnlySpan<byte> _json;
    private readonly ConfigProblems _problems;
    private Utf8JsonReader _reader;

    // How far positions were counted: every byte is looked at once, whatever the number of nodes.
    private int _counted;
    private int _line;
    private int _column;

    private ConfigTreeReader(ReadOnlySpan<byte> json, ConfigProblems problems)
    {
        _json = json;
        _problems = problems;
        _line = 1;
        _column = 1;
        _reader = new Utf8JsonReader(json, new JsonReaderOptions
        {
            AllowTrailingCommas = true,
            CommentHandling = JsonCommentHandling.Skip,
            MaxDepth = MaxDepth,
        });
    }

    /// <summary>Reads a whole file; null when it is no JSON object, with one problem that says where and why.</summary>
    public static ConfigNode? Read(ReadOnlySpan<byte> json, ConfigProblems problems)
    {
        if (json.StartsWith("\uFEFF"u8))
        {
            json = json[3..];
        }

        var valid = ValidLength(json);
        if (valid < json.Length)
        {
            problems.Add(At(json, valid, problems.File), "", "not UTF-8 from here on; save the file as UTF-8");
            return null;
        }

        var reader = new ConfigTreeReader(json, problems);
        try
        {
            return reader.ReadRoot();
        }
        catch (JsonException malformed)
        {
            problems.Add(At(json, malformed, problems.File), "", Text(malformed));
            return null;
        }
    }

    private ConfigNode? ReadRoot()
    {
        var root = new ConfigNode("", null);
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            _problems.Add(Here(), "", "expected an object: { \"ReverseProxy\": { … } }");
            return null;
        }

        ReadValue(root);

        // Anything behind the object is refused by the reader itself.
        while (_reader.Read())
        {
        }

        return root;
    }

    /// <summary>Reads the value the reader stands on into <paramref name="node"/>.</summary>
    private void ReadValue(ConfigNode node)
    {
        node.Position = Here();
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                node.Become(ConfigNodeKind.Object);
                ReadMembers(node);
                break;
            case JsonTokenType.StartArray:
                node.Become(ConfigNodeKind.Array);
                ReadElements(node);
                break;
            case JsonTokenType.Number:
                Set(node, ConfigNodeKind.Number, Encoding.UTF8.GetString(_reader.ValueSpan));
                break;
            case JsonTokenType.True:
                Set(node, ConfigNodeKind.Boolean, bool.TrueString);
                break;
            case JsonTokenType.False:
                Set(node, ConfigNodeKind.Boolean, bool.FalseString);
                break;
            case JsonTokenType.Null:
                node.Become(ConfigNodeKind.Null);
                break;
            default:
                Set(node, ConfigNodeKind.Text, _reader.GetString()!);
                break;
        }
    }

    private void ReadMembers(ConfigNode node)
    {
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            var position = Here();
            var name = _reader.GetString()!;
            var child = Place(node, name, position);
            _reader.Read();
            if (child is null)
            {
                _reader.Skip();
                continue;
            }

            child.KeyPosition = position;
            ReadValue(child);
        }
    }

    private void ReadElements(ConfigNode node)
    {
        for (var index = 0; _reader.Read() && _reader.TokenType != JsonTokenType.EndArray; index++)
        {
            var child = node.Add(index.ToString(CultureInfo.InvariantCulture));
            ReadValue(child);
            child.KeyPosition = child.Position;
        }
    }

    /// <summary>Makes the node of a member. A name with colons stands for a path, as in ASP.NET: `"Kestrel:Limits"`. Null: reported.</summary>
    private readonly ConfigNode? Place(ConfigNode parent, string name, SourcePosition position)
    {
        var rest = name;
        for (var colon = rest.IndexOf(':'); colon > 0 && colon < rest.Length - 1; colon = rest.IndexOf(':'))
        {
            var section = parent.Child(rest.AsSpan(0, colon));
            if (section is null)
            {
                section = parent.Add(rest[..colon]);
                section.Kind = ConfigNodeKind.Object;
                section.Position = section.KeyPosition = position;
            }

            parent = section;
            rest = rest[(colon + 1)..];
        }

        if (parent.Child(rest) is { } first)
        {
            _problems.Add(position, first.Path, $"duplicate key '{Quote.Safe(name)}'; it stands at line {first.KeyPosition?.Line} already");
            return null;
        }

        return parent.Add(rest);
    }

    private static void Set(ConfigNode node, ConfigNodeKind kind, string value)
    {
        node.Become(kind);
        node.Value = value;
        node.Written = kind == ConfigNodeKind.Boolean ? value.ToLowerInvariant() : value;
    }

    /// <summary>Where the current token starts.</summary>
    private SourcePosition Here()
    {
        var target = (int)_reader.TokenStartIndex;
        Advance(_json[_counted..target], ref _line, ref _column);
        _counted = target;
        return new SourcePosition(_problems.File, _line, _column);
    }

    private static SourcePosition At(ReadOnlySpan<byte> json, int offset, string file)
    {
        int line = 1, column = 1;
        Advance(json[..offset], ref line, ref column);
        return new SourcePosition(file, line, column);
    }

    private static SourcePosition At(ReadOnlySpan<byte> json, JsonException malformed, string file)
    {
        var lines = malformed.LineNumber ?? 0;
        var start = 0;
        for (long i = 0; i < lines; i++)
        {
            start += json[start..].IndexOf((byte)'\n') + 1;
        }

        return At(json, (int)Math.Min(json.Length, start + (malformed.BytePositionInLine ?? 0)), file);
    }

    /// <summary>Counts lines and UTF-16 columns, as editors do.</summary>
    private static void Advance(ReadOnlySpan<byte> bytes, ref int line, ref int column)
    {
        foreach (var b in bytes)
        {
            if (b == (byte)'\n')
            {
                line++;
                column = 1;
            }
            else if ((b & 0xC0) != 0x80)
            {
                column += b >= 0xF0 ? 2 : 1;
            }
        }
    }

    private static int ValidLength(ReadOnlySpan<byte> json)
    {
        if (System.Text.Unicode.Utf8.IsValid(json))
        {
            return json.Length;
        }

        var at = 0;
        while (Rune.DecodeFromUtf8(json[at..], out _, out var consumed) == OperationStatus.Done)
        {
            at += consumed;
        }

        return at;
    }

    /// <summary>The reader's message without the position it appends, which we print in front.</summary>
    private static string Text(JsonException malformed)
    {
        var tail = malformed.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return "malformed JSON: " + (tail < 0 ? malformed.Message : malformed.Message[..tail]);
    }
}
