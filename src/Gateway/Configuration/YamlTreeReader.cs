using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Gateway.Configuration;

/// <summary>Reads YAML into a tree whose nodes know their line and column, of the parser's events alone: nothing is bound to types.</summary>
/// <remarks>
/// An alias is a copy of what its anchor names, so that files that multiply themselves meet <see cref="MaxNodes"/> early. Every scalar is a
/// text but `null`, `~` and nothing at all: what a value means is the grammar's to say.
/// </remarks>
internal sealed class YamlTreeReader
{
    /// <summary>Most nodes of a file, copies included.</summary>
    public const int MaxNodes = 200_000;

    /// <summary>Deepest nesting.</summary>
    private const int MaxDepth = 64;

    private readonly string _file;
    private readonly Parser _parser;
    private readonly Dictionary<AnchorName, ConfigNode> _anchors = [];
    private int _nodes;

    private YamlTreeReader(string file, string text)
    {
        _file = file;
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>Reads the only document of a file; null when it is not one, with a problem that says where and why.</summary>
    /// <param name="file">The file, for positions.</param>
    /// <param name="text">What it holds.</param>
    /// <param name="path">The configuration's key that names the file.</param>
    /// <param name="problems">Gets what is wrong.</param>
    public static ConfigNode? Read(string file, string text, string path, ConfigProblems problems)
    {
        var reader = new YamlTreeReader(file, text);
        try
        {
            return reader.Document();
        }
        catch (YamlException e)
        {
            problems.Add(reader.At(e.Start), path, e.InnerException is null ? e.Message : $"{e.Message} {e.InnerException.Message}");
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // The scanner of the library says so of some malformed texts, without a place.
            problems.Add(reader.At(reader._parser.Current?.End ?? Mark.Empty), path, $"malformed YAML from here on: {e.Message}");
            return null;
        }
    }

    private ConfigNode Document()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out var end))
        {
            throw new YamlException(end.Start, end.End, "The file is empty.");
        }

        _parser.Consume<DocumentStart>();
        var root = new ConfigNode("", null);
        Fill(root, 0);
        _parser.Consume<DocumentEnd>();
        if (_parser.Accept<DocumentStart>(out var second))
        {
            throw new YamlException(second.Start, second.End, "The file holds a second document; one would be right.");
        }

        return root;
    }

    private void Fill(ConfigNode node, int depth)
    {
        var next = _parser.Consume<ParsingEvent>();
        node.Position = At(next.Start);
        node.KeyPosition ??= node.Position;
        if (++_nodes > MaxNodes || depth > MaxDepth)
        {
            throw new YamlException(next.Start, next.End, depth > MaxDepth
                ? $"Nested deeper than {MaxDepth} levels."
                : $"More than {MaxNodes} values, those that aliases stand for included.");
        }

        switch (next)
        {
            case Scalar scalar:
                node.Kind = scalar is { Style: ScalarStyle.Plain, Value: "" or "~" or "null" or "Null" or "NULL" } ? ConfigNodeKind.Null : ConfigNodeKind.Text;
                node.Value = node.Kind == ConfigNodeKind.Null ? null : scalar.Value;
                node.Written = scalar.Value;
                break;
            case AnchorAlias alias:
                Copy(Anchored(alias), node, alias);
                return;
            case SequenceStart:
                node.Kind = ConfigNodeKind.Array;
                for (var i = 0; !_parser.TryConsume<SequenceEnd>(out _); i++)
                {
                    Fill(node.Add(i.ToString(System.Globalization.CultureInfo.InvariantCulture)), depth + 1);
                }

                break;
            case MappingStart:
                node.Kind = ConfigNodeKind.Object;
                while (!_parser.TryConsume<MappingEnd>(out _))
                {
                    Fill(Member(node), depth + 1);
                }

                break;
            default:
                throw new YamlException(next.Start, next.End, "A value is expected here.");
        }

        // Only now: what names itself would have no end.
        if (next is NodeEvent { Anchor: { IsEmpty: false } anchor })
        {
            _anchors[anchor] = node;
        }
    }

    private ConfigNode Member(ConfigNode node)
    {
        if (!_parser.TryConsume<Scalar>(out var key))
        {
            var found = _parser.Consume<ParsingEvent>();
            throw new YamlException(found.Start, found.End, "A name is expected here, one plain text.");
        }

        if (node.Child(key.Value) is not null)
        {
            throw new YamlException(key.Start, key.End, $"'{Quote.Safe(key.Value)}' stands here twice.");
        }

        var member = node.Add(key.Value);
        member.KeyPosition = At(key.Start);
        return member;
    }

    private ConfigNode Anchored(AnchorAlias alias) =>
        _anchors.TryGetValue(alias.Value, out var node)
            ? node
            : throw new YamlException(alias.Start, alias.End, $"no '&{Quote.Safe(alias.Value.Value)}' is complete before this alias.");

    private void Copy(ConfigNode from, ConfigNode to, AnchorAlias alias)
    {
        if (++_nodes > MaxNodes)
        {
            throw new YamlException(alias.Start, alias.End, $"More than {MaxNodes} values, those that aliases stand for included.");
        }

        to.Kind = from.Kind;
        to.Value = from.Value;
        to.Written = from.Written;
        foreach (var child in from.Children)
        {
            var copy = to.Add(child.Key);
            copy.KeyPosition = child.KeyPosition;
            copy.Position = child.Position;
            Copy(child, copy, alias);
        }
    }

    private SourcePosition At(Mark mark) => new(_file, (int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));
}
