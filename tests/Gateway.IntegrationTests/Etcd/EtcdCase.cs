using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gateway.IntegrationTests.Etcd;

/// <summary>A request of TestData/etcd, and what may differ in the answers. The files are read in the order of their names: later requests see what earlier ones did.</summary>
internal sealed record EtcdCase
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static IReadOnlyList<EtcdCase> All { get; } = Directory
        .GetFiles(Path.Combine(AppContext.BaseDirectory, "etcd"), "*.json")
        .Order(StringComparer.Ordinal)
        .SelectMany(static path => JsonNode.Parse(File.ReadAllText(path), documentOptions: Lenient)!.AsArray().Select(node => Parse(Path.GetFileNameWithoutExtension(path), node!.AsObject())))
        .ToList();

    /// <summary>File and name.</summary>
    public required string Name { get; init; }

    /// <summary>POST where the file says none.</summary>
    public required string Method { get; init; }

    public required string Url { get; init; }

    /// <summary>Null for a request without one.</summary>
    public required string? Body { get; init; }

    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>How many lines are read before the client leaves; null to read to the end.</summary>
    public int? Lines { get; init; }

    /// <summary>What else is sent once the first line has come.</summary>
    public required IReadOnlyList<EtcdCase> Then { get; init; }

    /// <summary>Members of the answer that no two runs have in common.</summary>
    public required IReadOnlyList<string> Volatile { get; init; }

    /// <summary>Members of the answer that later requests name as `{{member}}`.</summary>
    public required IReadOnlyList<string> Keep { get; init; }

    /// <summary>Why both say the same JSON in other bytes; null: the bytes are the same.</summary>
    public string? Spelling { get; init; }

    /// <summary>Why both refuse with the same status and code, but in words of their own.</summary>
    public string? Words { get; init; }

    /// <summary>Why the answers differ; <see cref="Theirs"/> and <see cref="Ours"/> are the status and what the body then has in it.</summary>
    public string? Differs { get; init; }

    public string? Theirs { get; init; }

    public string? Ours { get; init; }

    private static EtcdCase Parse(string file, JsonObject json)
    {
        string[] known = ["name", "method", "path", "body", "raw", "headers", "lines", "then", "volatile", "keep", "spelling", "words", "differs", "theirs", "ours"];
        Assert.Empty(json.Select(static member => member.Key).Except(known));
        return new EtcdCase
        {
            Name = $"{file}: {json["name"]}",
            Method = Text("method") ?? "POST",
            Url = Text("path")!,
            Body = json["raw"] is { } raw ? raw.GetValue<string>() : json["body"]?.ToJsonString(),
            Headers = json["headers"]?.AsObject().ToDictionary(static h => h.Key, static h => h.Value!.GetValue<string>(), StringComparer.Ordinal) ?? [],
            Lines = json["lines"] is { } lines ? int.Parse(lines.ToJsonString(), CultureInfo.InvariantCulture) : null,
            Then = json["then"]?.AsArray().Select(node => Parse(file, node!.AsObject())).ToList() ?? [],
            Volatile = List("volatile"),
            Keep = List("keep"),
            Spelling = Text("spelling"),
            Words = Text("words"),
            Differs = Text("differs"),
            Theirs = Text("theirs"),
            Ours = Text("ours"),
        };

        string? Text(string key) => json[key]?.GetValue<string>();
        IReadOnlyList<string> List(string key) => json[key]?.AsArray().Select(static node => node!.GetValue<string>()).ToList() ?? [];
    }
}
