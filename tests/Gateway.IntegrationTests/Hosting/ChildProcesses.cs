using System.Globalization;

namespace Gateway.IntegrationTests.Hosting;

/// <summary>The children of this process, which in these tests are the gateway's own; zombies count.</summary>
internal static class ChildProcesses
{
    public static IReadOnlyList<int> List()
    {
        var children = new List<int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id) && ParentOf(id) == Environment.ProcessId)
            {
                children.Add(id);
            }
        }

        return children;
    }

    /// <summary>Waits until there are none.</summary>
    public static Task AssertNoneAsync() => Wait.UntilAsync(static () => List().Count == 0, "child processes were still there");

    private static int ParentOf(int id)
    {
        try
        {
            // `7 (name) S 1 …`: the name may hold anything, so what follows the last parenthesis is split.
            var text = File.ReadAllText($"/proc/{id}/stat");
            return int.Parse(text[(text.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
