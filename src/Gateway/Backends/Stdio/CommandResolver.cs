namespace Gateway.Backends.Stdio;

/// <summary>Finds the executable a configuration names, once, at load: a child is started by its absolute path.</summary>
internal static class CommandResolver
{
    /// <summary>`jq` → `/usr/bin/jq`, searched on <paramref name="path"/>; `tools/x` → relative to <paramref name="baseDirectory"/>.</summary>
    /// <returns>The absolute path; null with a problem that says what is wrong and what would be right.</returns>
    public static string? Resolve(string command, string baseDirectory, string? path, out string? problem)
    {
        if (command.Length == 0 || command.Contains('\0'))
        {
            problem = "It must name an executable: an absolute path, a path relative to this file, or a name found on PATH.";
            return null;
        }

        if (command.Contains('/') || (OperatingSystem.IsWindows() && command.Contains('\\')))
        {
            return ResolvePath(command, Path.GetFullPath(command, baseDirectory), out problem);
        }

        string? unusable = null;
        foreach (var directory in (path ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            // An entry that is not absolute would mean the gateway's working directory, which is nobody's choice.
            if (!Path.IsPathFullyQualified(directory))
            {
                continue;
            }

            foreach (var candidate in Candidates(Path.Combine(directory, command)))
            {
                if (IsExecutable(candidate))
                {
                    problem = null;
                    return candidate;
                }

                unusable ??= File.Exists(candidate) ? candidate : null;
            }
        }

        problem = unusable is null
            ? $"There is no '{command}' on the gateway's PATH. Install it, or give its absolute path.{HintAtShellLine(command)}"
            : $"'{unusable}' is not executable for the gateway's user. Set its execute permission (chmod +x).";
        return null;
    }

    private static string? ResolvePath(string command, string full, out string? problem)
    {
        foreach (var candidate in Candidates(full))
        {
            if (IsExecutable(candidate))
            {
                problem = null;
                return candidate;
            }
        }

        problem =
            Directory.Exists(full) ? $"'{full}' is a directory, not an executable."
            : File.Exists(full) ? $"'{full}' is not executable for the gateway's user. Set its execute permission (chmod +x)."
            : $"There is no file '{full}'.{HintAtShellLine(command)}";
        return null;
    }

    private static string HintAtShellLine(string command) =>
        command.Contains(' ') ? " Command is the executable alone; put each argument into Arguments." : "";

    private static bool IsExecutable(string path) =>
        File.Exists(path) && (OperatingSystem.IsWindows() || LibC.Access(path, LibC.X_OK) == 0);

    private static IEnumerable<string> Candidates(string path)
    {
        yield return path;
        if (OperatingSystem.IsWindows())
        {
            yield return path + ".exe";
        }
    }
}
