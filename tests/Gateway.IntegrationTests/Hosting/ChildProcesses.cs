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

    /// <summary>Waits until one of them is this program.</summary>
    public static Task UntilOneIsAsync(string program) =>
        Wait.UntilAsync(() => List().Any(id => NameOf(id) == program), $"{program} did not start");

    /// <summary>Waits until none of them is this program.</summary>
    public static Task AssertNoneOfAsync(string program) =>
        Wait.UntilAsync(() => !List().Any(id => NameOf(id) == program), $"{program} was still there");

    /// <summary>Waits until there are none but those that were there before.</summary>
    public static Task AssertNoneButAsync(IReadOnlyList<int> before) =>
        Wait.UntilAsync(() => !List().Except(before).Any(), "child processes were still there");

    private static string NameOf(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/comm").TrimEnd();
        }
        catch (IOException)
        {
            return "";
        }
    }

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
