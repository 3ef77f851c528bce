using System.Text;

namespace Gateway.Configuration;

/// <summary>
/// Reads the HTTP rules of a service config, a google.api.Service in YAML:
/// `http: { rules: [ { selector: library.v1.Library.GetBook, get: "/v1/{name=books/*}" } ] }`. The rest of it is not looked at.
/// </summary>
internal static class ServiceConfigReader
{
    /// <summary>Largest file, in bytes: the largest of Google's own have half a megabyte.</summary>
    public const int MaxFileSize = 4 * 1024 * 1024;

    /// <summary>The names that ProtoJSON also allows, and those of the .proto file that the grammar has.</summary>
    private static readonly (string Json, string Proto)[] Names =
    [
        ("additionalBindings", "additional_bindings"),
        ("responseBody", "response_body"),
        ("fullyDecodeReservedExpansion", "fully_decode_reserved_expansion"),
    ];

    /// <summary>The `http` section of a file; null when it has none, or cannot be read, with problems that name the file and the line.</summary>
    /// <param name="file">Absolute path.</param>
    /// <param name="node">The configuration's value that names it.</param>
    /// <param name="problems">Gets what is wrong.</param>
    public static ConfigNode? ReadHttp(string file, ConfigNode node, ConfigProblems problems)
    {
        if (ReadText(file, node, problems) is not { } text || YamlTreeReader.Read(file, text, node.Path, problems) is not { } root)
        {
            return null;
        }

        if (root.Kind != ConfigNodeKind.Object)
        {
            problems.Add(root.Position, node.Path, "expected an object, a google.api.Service");
            return null;
        }

        if (root.Child("type") is { Value: not "google.api.Service" } type)
        {
            problems.Add(type.Position, node.Path, $"type is {Quote.Value(type)}; a service config is a google.api.Service");
            return null;
        }

        if (root.Child("http") is not { } section)
        {
            return null;
        }

        var http = new ConfigNode("http", null) { Position = section.Position, KeyPosition = section.KeyPosition };
        Rename(section, http);
        new ConfigChecker(problems).Check(http, ConfigGrammar.ServiceConfigHttp);
        return http;
    }

    private static string? ReadText(string file, ConfigNode node, ConfigProblems problems)
    {
        try
        {
            if (new FileInfo(file).Length > MaxFileSize)
            {
                problems.Add(node, $"'{Quote.Safe(file)}' is larger than {MaxFileSize} bytes");
                return null;
            }

            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(file)).TrimStart('\uFEFF');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            problems.Add(node, e is FileNotFoundException or DirectoryNotFoundException
                ? $"there is no file '{Quote.Safe(file)}'"
                : $"'{Quote.Safe(file)}' cannot be read: {e.Message}");
            return null;
        }
    }

    /// <summary>Copies a section under the names of the .proto file.</summary>
    private static void Rename(ConfigNode from, ConfigNode to)
    {
        to.Kind = from.Kind;
        to.Value = from.Value;
        to.Written = from.Written;
        foreach (var child in from.Children)
        {
            var name = child.Key;
            foreach (var (json, proto) in Names)
            {
                name = name == json ? proto : name;
            }

            // Both spellings at once: the second stays as it is, and the grammar refuses it.
            var copy = to.Add(to.Child(name) is null ? name : child.Key);
            copy.Position = child.Position;
            copy.KeyPosition = child.KeyPosition;
            Rename(child, copy);
        }
    }
}
