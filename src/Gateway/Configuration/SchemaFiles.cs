using System.IO.Enumeration;

namespace Gateway.Configuration;

/// <summary>Which files the `Schema` section of a cluster means.</summary>
internal static class SchemaFiles
{
    /// <summary>Most files of one section; a tree beyond it is not meant.</summary>
    private const int MaxFiles = 20_000;

    private static readonly string[] SetExtensions = [".binpb", ".pb", ".bin", ".desc", ".protoset", ".gz"];

    /// <summary>Descriptor sets: a file is itself, a directory the sets in it.</summary>
    public static IReadOnlyList<string> Sets(string path) => Directory.Exists(path)
        ? [.. Directory.EnumerateFiles(path).Where(static file => SetExtensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)]
        : [path];

    /// <summary>
    /// Sources, each once: a file is itself, a directory every .proto in it and below, and in a pattern `*` and `?` stand for a part of a name
    /// and `**` for any directories.
    /// </summary>
    public static IReadOnlyList<string> Sources(string entry)
    {
        if (Directory.Exists(entry))
        {
            return Below(entry);
        }

        if (!IsPattern(entry))
        {
            return File.Exists(entry) ? [entry] : [];
        }

        var root = RootOf(entry);
        var pattern = entry[root.Length..].Trim('/').Split('/');
        return [.. Below(root, "*").Where(file => Matches(file[root.Length..].Trim('/').Split('/'), pattern))];
    }

    /// <summary>Where the sources of an entry are imported from when no ImportPaths say so.</summary>
    public static string RootOf(string entry)
    {
        if (Directory.Exists(entry))
        {
            return entry;
        }

        var directory = Path.GetDirectoryName(entry) ?? "/";
        while (IsPattern(directory))
        {
            directory = Path.GetDirectoryName(directory) ?? "/";
        }

        return directory;
    }

    /// <summary>The directories imports are looked for in, in their order.</summary>
    public static IReadOnlyList<string> Roots(SchemaSettings schema) =>
        [.. schema.ImportPaths.Concat(schema.ImportPaths.Count > 0 ? [] : schema.ProtoFiles.Select(RootOf)).Distinct(StringComparer.Ordinal)];

    /// <summary>Every file whose change may be a change of the schema.</summary>
    public static IReadOnlyList<string> All(SchemaSettings? schema) => schema is null ? [] :
        [.. schema.DescriptorSets.Concat(schema.ServiceConfigs).Concat(schema.ProtoFiles.SelectMany(Sources)).Concat(schema.ProtoFiles.Count == 0 ? [] : Roots(schema).SelectMany(static root => Below(root)))
            .Distinct(StringComparer.Ordinal)];

    private static IReadOnlyList<string> Below(string root, string filter = "*.proto") => !Directory.Exists(root) ? [] :
        [.. Directory.EnumerateFiles(root, filter, new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, MaxRecursionDepth = 32 })
            .Take(MaxFiles).Order(StringComparer.Ordinal)];

    private static bool IsPattern(string path) => path.AsSpan().ContainsAny('*', '?');

    private static bool Matches(ReadOnlySpan<string> path, ReadOnlySpan<string> pattern)
    {
        if (pattern.IsEmpty)
        {
            return path.IsEmpty;
        }

        if (pattern[0] != "**")
        {
            return !path.IsEmpty && FileSystemName.MatchesSimpleExpression(pattern[0], path[0], ignoreCase: false) && Matches(path[1..], pattern[1..]);
        }

        for (var skipped = 0; skipped <= path.Length; skipped++)
        {
            if (Matches(path[skipped..], pattern[1..]))
            {
                return true;
            }
        }

        return false;
    }
}
