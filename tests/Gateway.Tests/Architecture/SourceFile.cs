using System.Text;
using System.Text.RegularExpressions;

namespace Gateway.Tests.Architecture;

/// <summary>A source file as the architecture sees it: its room, and which rooms and libraries it names where.</summary>
internal sealed partial class SourceFile
{
    private SourceFile(string path, string[] lines, string[] code)
    {
        Path = path;
        Lines = lines;
        Code = code;
        Room = code.Select(line => NamespaceLine().Match(line)).FirstOrDefault(match => match.Success)?.Groups[1].Value ?? "Gateway";
        Types = [.. code.SelectMany(line => TypeLine().Matches(line)).Select(match => match.Groups[1].Value)];
    }

    /// <summary>Relative to the repository.</summary>
    public string Path { get; }

    public string[] Lines { get; }

    /// <summary>The lines without comments and strings.</summary>
    public string[] Code { get; }

    /// <summary>The namespace.</summary>
    public string Room { get; }

    /// <summary>Types declared at the top level, by name.</summary>
    public IReadOnlyList<string> Types { get; }

    /// <summary>Reads every source file below src.</summary>
    public static IReadOnlyList<SourceFile> ReadAll()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(System.IO.Path.Combine(root.FullName, "Gateway.sln")))
        {
            root = root.Parent;
        }

        Assert.NotNull(root);
        return [.. Directory.EnumerateFiles(System.IO.Path.Combine(root.FullName, "src"), "*.cs", SearchOption.AllDirectories)
            .Select(path => System.IO.Path.GetRelativePath(root.FullName, path))
            .Where(static path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(path => Read(root.FullName, path))];
    }

    public static SourceFile Parse(string path, string text) => new(path, text.Split('\n'), Strip(text).Split('\n'));

    /// <summary>What the file names: namespaces of usings, and namespaces written out in the code. Lines are counted from one.</summary>
    public IEnumerable<(int Line, string Namespace)> References()
    {
        for (var i = 0; i < Code.Length; i++)
        {
            var directive = UsingLine().Match(Code[i]);
            if (directive.Success)
            {
                yield return (i + 1, directive.Groups[1].Value);
                continue;
            }

            if (NamespaceLine().IsMatch(Code[i]))
            {
                continue;
            }

            foreach (Match match in QualifiedName().Matches(Code[i]))
            {
                yield return (i + 1, match.Groups[1].Value);
            }
        }
    }

    private static SourceFile Read(string root, string path) => Parse(path, File.ReadAllText(System.IO.Path.Combine(root, path)));

    /// <summary>Fails with every finding, a line each; findings name file, line and rule.</summary>
    public static void HasNone(IEnumerable<string> findings)
    {
        var all = findings.Distinct().ToList();
        Assert.True(all.Count == 0, string.Join('\n', all));
    }

    /// <summary>Blanks comments and the contents of strings; line ends stay, so that lines keep their numbers.</summary>
    private static string Strip(string text)
    {
        var code = new StringBuilder(text.Length);
        var end = 0;
        foreach (Match match in CommentOrString().Matches(text))
        {
            code.Append(text, end, match.Index - end).Append('\n', match.Value.Count(static c => c == '\n'));
            end = match.Index + match.Length;
        }

        return code.Append(text, end, text.Length - end).ToString();
    }

    [GeneratedRegex("//[^\n]*|/\\*.*?\\*/|\"\"\".*?\"\"\"|@\"(?:[^\"]|\"\")*\"|\"(?:[^\"\\\\\n]|\\\\.)*\"|'(?:[^'\\\\\n]|\\\\.)+'", RegexOptions.Singleline)]
    private static partial Regex CommentOrString();

    [GeneratedRegex(@"^namespace ([\w.]+)")]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^\s*(?:global )?using (?:static |\w+ = )?([\w.]+);")]
    private static partial Regex UsingLine();

    /// <summary>Types are declared without indentation: namespaces are file-scoped. Two words of a `record struct` count once.</summary>
    [GeneratedRegex(@"^(?:(?:public|internal|file|sealed|static|abstract|readonly|partial|ref|unsafe) )*(?:class|record struct|record class|record|struct|interface|enum) (\w+)")]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"(?<![\w.])(?:global::)?((?:Gateway|Transcoders|Yarp|Google|Grpc|Polly|Serilog|OpenTelemetry)(?:\.[A-Z]\w*)+)")]
    private static partial Regex QualifiedName();
}
