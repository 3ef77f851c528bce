namespace Gateway.IntegrationTests.Hosting;

/// <summary>Programs of tests/js, run by Node.js with the packages that scripts/install-test-tools.sh has installed.</summary>
internal static class NodeProgram
{
    private static readonly string? Folder = Find();

    /// <summary>Why such tests are skipped; null when they can run.</summary>
    public static string? Missing(string package) =>
        Folder is null ? "tests/js is not beside the tests"
        : !Directory.Exists(Path.Combine(Folder, "node_modules", package)) ? $"{package} is not installed; scripts/install-test-tools.sh installs it"
        : null;

    /// <summary>Where a package that is there is.</summary>
    public static string Package(string package) => Path.Combine(Folder!, "node_modules", package);

    /// <summary>What it printed; it must end by itself, with code 0.</summary>
    public static Task<string> RunAsync(string script, params string[] arguments) =>
        Programs.RunAsync("node", [Path.Combine(Folder!, script), .. arguments]);

    /// <summary>Starts one that is spoken to by lines.</summary>
    public static ForeignProcess Start(string script, params string[] arguments) =>
        ForeignProcess.Start("node", [Path.Combine(Folder!, script), .. arguments]);

    private static string? Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var folder = Path.Combine(at.FullName, "tests", "js");
            if (File.Exists(Path.Combine(folder, "package.json")))
            {
                return folder;
            }
        }

        return null;
    }
}

/// <summary>A test that needs a package of Node.js.</summary>
internal sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute(string package) => Skip = NodeProgram.Missing(package);
}
