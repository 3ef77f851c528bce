using System.Text;
using System.Text.RegularExpressions;

namespace Gateway.DocTests.Markdown;

/// <summary>Output as a document shows it: `…` stands for any text within a line, and alone on a line for any lines.</summary>
internal static class OutputPattern
{
    private const string Any = "…";

    public static bool Matches(IReadOnlyList<string> expected, string output)
    {
        var pattern = new StringBuilder("^");
        foreach (var line in expected)
        {
            pattern.Append(line.Trim() == Any
                ? "(?:[^\n]*\n)*"
                : Regex.Escape(line.TrimEnd()).Replace(Any, "[^\n]*", StringComparison.Ordinal) + "[ \t]*\n");
        }

        var text = output.Replace("\r", "", StringComparison.Ordinal).TrimEnd('\n');
        return Regex.IsMatch(text.Length == 0 ? "" : text + "\n", pattern.Append("\n*\\z").ToString());
    }
}
