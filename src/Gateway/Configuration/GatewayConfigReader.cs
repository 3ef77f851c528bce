using System.Buffers;

namespace Gateway.Configuration;

/// <summary>Reads a configuration file whole, or says everything that is wrong with it.</summary>
public static class GatewayConfigReader
{
    /// <summary>Largest file, in bytes: some ten thousand routes.</summary>
    public const int MaxFileSize = 16 * 1024 * 1024;

    /// <summary>Reads <paramref name="file"/> and lays the environment over it.</summary>
    /// <param name="file">Path of the file; paths inside it are relative to its directory.</param>
    /// <param name="environment">Variables for `${NAME}` and overrides (`ReverseProxy__Clusters__a__Protocol`).</param>
    /// <returns>The configuration, or null with at least one problem. Problems stand in the order of the file.</returns>
    public static (GatewayConfig? Config, IReadOnlyList<ConfigProblem> Problems) Read(string file, IReadOnlyDictionary<string, string> environment)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        ArgumentNullException.ThrowIfNull(environment);

        var problems = new ConfigProblems(file);
        return ReadBytes(file, problems) is { } json ? Read(json, environment, problems) : (null, problems.ToSorted());
    }

    /// <summary>Reads <paramref name="json"/> as if it stood in <paramref name="file"/>.</summary>
    public static (GatewayConfig? Config, IReadOnlyList<ConfigProblem> Problems) Read(
        string file, ReadOnlySpan<byte> json, IReadOnlyDictionary<string, string> environment)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        ArgumentNullException.ThrowIfNull(environment);
        return Read(json, environment, new ConfigProblems(file));
    }

    /// <summary>The variables of this process, as <see cref="Read(string, IReadOnlyDictionary{string, string})"/> wants them.</summary>
    public static IReadOnlyDictionary<string, string> ProcessEnvironment()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        }

        return variables;
    }

    private static (GatewayConfig? Config, IReadOnlyList<ConfigProblem> Problems) Read(
        ReadOnlySpan<byte> json, IReadOnlyDictionary<string, string> environment, ConfigProblems problems)
    {
        // 1. The tree, with positions. Malformed JSON ends here: nothing after it can be trusted.
        if (ConfigTreeReader.Read(json, problems) is not { } root)
        {
            return (null, problems.ToSorted());
        }

        // 2. The environment, first inside strings, then over whole values.
        ConfigVariables.Expand(root, environment, problems);
        ConfigVariables.Override(root, environment, ConfigGrammar.Root, problems);

        // 3. Every key against the grammar, then what only two places together can tell.
        new ConfigChecker(problems).Check(root, ConfigGrammar.Root);
        var config = new SettingsBuilder(problems, Path.GetFullPath(problems.File), root).Build();
        return problems.Count == 0 ? (config, []) : (null, problems.ToSorted());
    }

    private static byte[]? ReadBytes(string file, ConfigProblems problems)
    {
        var start = new SourcePosition(file, 1, 1);
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

            // Counted while reading, for a pipe has no length and a file may grow.
            var bytes = new ArrayBufferWriter<byte>(64 * 1024);
            for (var read = stream.Read(bytes.GetSpan(64 * 1024)); read > 0; read = stream.Read(bytes.GetSpan(64 * 1024)))
            {
                bytes.Advance(read);
                if (bytes.WrittenCount > MaxFileSize)
                {
                    problems.Add(start, "", $"larger than {MaxFileSize / (1024 * 1024)} MiB, the most a configuration may have");
                    return null;
                }
            }

            return bytes.WrittenSpan.ToArray();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            problems.Add(start, "", unreadable is FileNotFoundException or DirectoryNotFoundException
                ? "there is no such file"
                : $"the file cannot be read: {unreadable.Message}");
            return null;
        }
    }
}
