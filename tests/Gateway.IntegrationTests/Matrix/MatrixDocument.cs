using System.Text;

namespace Gateway.IntegrationTests.Matrix;

/// <summary>docs/matrix.md: what every pair carries, as the suite proves it, and the reason where it does not.</summary>
internal static class MatrixDocument
{
    public static string Write(IReadOnlyList<IEdgeDriver> edges, IReadOnlyList<IBackendRig> backends)
    {
        var text = new StringBuilder("""
            # What each pair carries

            Written by the test suite: every ✓ is a test of its own that runs the gateway between a real client and a real server, and a number is the reason why a pair cannot carry something.
            `./build.sh test` prints how many of them passed. To renew this page: `RENEW_GOLDEN_FILES=1 dotnet test tests/Gateway.IntegrationTests --filter MatrixDocument`.

            Behaviours carried, of those there are:


            """);
        WriteSums(text, edges, backends);
        var reasons = new List<string>();
        var tables = new StringBuilder();
        foreach (var backend in backends)
        {
            tables.Append($"\n## To {Article(backend.Backend)} backend\n\n| |");
            tables.AppendJoin("", edges.Select(static e => $" {e.Name} |")).Append("\n|---|").Insert(tables.Length, ":-:|", edges.Count).Append('\n');
            foreach (var behaviour in BehaviourList.All)
            {
                tables.Append($"| {behaviour.Name} |");
                foreach (var edge in edges)
                {
                    tables.Append($" {Mark(behaviour.CannotCarry(new Cell(edge, backend)), reasons)} |");
                }

                tables.Append('\n');
            }
        }

        text.Append("\nThe WebSocket edge has two forms, a call for each socket and the envelope `gateway.v1.json`; the sums count what one of them carries. The stdio edge is `gateway call`.\n");
        text.Append(tables).Append("\n## Reasons\n\n");
        for (var i = 0; i < reasons.Count; i++)
        {
            text.Append($"{i + 1}. {reasons[i]}\n");
        }

        return text.ToString();
    }

    private static void WriteSums(StringBuilder text, IReadOnlyList<IEdgeDriver> edges, IReadOnlyList<IBackendRig> backends)
    {
        text.Append("| edge \\ backend |").AppendJoin("", backends.Select(static b => $" {b.Backend} |"));
        text.Append("\n|---|").Insert(text.Length, ":-:|", backends.Count).Append('\n');
        foreach (var edge in edges.GroupBy(static e => e.Edge))
        {
            text.Append($"| **{edge.Key}** |");
            foreach (var backend in backends)
            {
                var carried = BehaviourList.All.Count(behaviour => edge.Any(e => behaviour.CannotCarry(new Cell(e, backend)) is null));
                text.Append($" {carried}/{BehaviourList.All.Count}{(new Cell(edge.First(), backend).IsForwarded ? ", forwarded" : "")} |");
            }

            text.Append('\n');
        }
    }

    private static string Mark(NotApplicable? missing, List<string> reasons)
    {
        if (missing is null)
        {
            return "✓";
        }

        if (!reasons.Contains(missing.Reason))
        {
            reasons.Add(missing.Reason);
        }

        return $"{reasons.IndexOf(missing.Reason) + 1}";
    }

    private static string Article(string backend) => backend switch
    {
        "http" => "an HTTP",
        "sse" => "an SSE",
        "websocket" => "a WebSocket",
        "grpc" => "a gRPC",
        _ => $"a {backend}",
    };
}
