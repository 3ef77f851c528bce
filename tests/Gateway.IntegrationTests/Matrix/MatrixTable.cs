using System.Text;

namespace Gateway.IntegrationTests.Matrix;

/// <summary>The 5×5 table of this run: what passed of what a cell can carry, and what it cannot, with the reason.</summary>
internal static class MatrixTable
{
    private static readonly string[] Protocols = ["http", "sse", "websocket", "grpc", "stdio"];
    private static readonly Lock Gate = new();
    private static readonly Dictionary<(string Edge, string Backend), (int Passed, int Total)> Cells = [];
    private static (TimeSpan Time, string Cell)? _slowest;
    private static readonly SortedSet<string> Without = new(StringComparer.Ordinal);

    public static void Passed(string edge, string backend) => Count(edge, backend, 1);

    public static void Failed(string edge, string backend) => Count(edge, backend, 0);

    /// <summary>Keeps the slowest.</summary>
    public static void CancelTook(TimeSpan time, string edge, string backend)
    {
        lock (Gate)
        {
            if (_slowest is null || time > _slowest.Value.Time)
            {
                _slowest = (time, $"{edge} → {backend}");
            }
        }
    }

    public static void NotCarried(string edge, string backend, string behaviour, string reason)
    {
        lock (Gate)
        {
            Without.Add($"{edge} → {backend}: {behaviour}: {reason}");
        }
    }

    /// <summary>Writes `matrix.md` into the directory TEST_REPORTS names, and to the console.</summary>
    public static void Write()
    {
        var text = Print();
        Console.WriteLine(text);
        if (Environment.GetEnvironmentVariable("TEST_REPORTS") is { Length: > 0 } directory)
        {
            Directory.CreateDirectory(directory);
            File.WriteAllText(Path.Combine(directory, "matrix.md"), text);
        }
    }

    public static string Print()
    {
        lock (Gate)
        {
            var text = new StringBuilder("\n| edge \\ backend |");
            text.AppendJoin("", Protocols.Select(static p => $" {p} |")).Append("\n|---|").Insert(text.Length, "---|", Protocols.Length).Append('\n');
            foreach (var edge in Protocols)
            {
                text.Append($"| **{edge}** |");
                foreach (var backend in Protocols)
                {
                    text.Append(Cells.TryGetValue((edge, backend), out var cell) ? $" {cell.Passed}/{cell.Total} |" : " — |");
                }

                text.Append('\n');
            }

            if (_slowest is { } slowest)
            {
                text.Append($"\nA cancel took {slowest.Time.TotalMilliseconds:F0} ms at most to reach the backend ({slowest.Cell}).\n");
            }

            text.Append("\nPassed of what the cell carries; — is not built yet. What a cell cannot carry:\n\n");
            foreach (var line in Without)
            {
                text.Append("- ").Append(line).Append('\n');
            }

            return text.ToString();
        }
    }

    private static void Count(string edge, string backend, int passed)
    {
        lock (Gate)
        {
            var (before, total) = Cells.GetValueOrDefault((edge, backend));
            Cells[(edge, backend)] = (before + passed, total + 1);
        }
    }
}
