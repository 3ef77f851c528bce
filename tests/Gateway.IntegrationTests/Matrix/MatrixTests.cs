using Gateway.IntegrationTests.Listening;
using Xunit.Abstractions;

namespace Gateway.IntegrationTests.Matrix;

/// <summary>Every edge, every backend, every behaviour: each a test of its own name.</summary>
public sealed class MatrixTests(MatrixFixture fixture, ITestOutputHelper output) : IClassFixture<MatrixFixture>
{
    public static TheoryData<string, string, string> Rows()
    {
        var rows = new TheoryData<string, string, string>();
        foreach (var (edge, backend, behaviour) in MatrixFixture.Rows)
        {
            rows.Add(edge, backend, behaviour);
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Cell_Holds(string edge, string backend, string behaviour)
    {
        var row = MatrixFixture.Rows.IndexOf((edge, backend, behaviour));
        if (CellOf(row).Behaviour.CannotCarry(CellOf(row).Cell) is { } missing)
        {
            output.WriteLine($"not applicable: {missing.Reason}");
        }

        await fixture.ProofOf(row, ProveAsync);
        fixture.Gateway.AssertNoErrors();
    }

    /// <summary>What streams requests and cannot is refused at load, for the reason the table gives; what the table carries is not.</summary>
    [Fact]
    public async Task Plans_RefuseWhatTheTableSaysCannotBeCarried()
    {
        var (exit, output, errors) = await GatewayBinary.RunAsync("check", fixture.Gateway.File);
        Assert.True(exit == 0, errors);
        var refusals = Refusals(output);
        foreach (var edge in fixture.Edges)
        {
            foreach (var backend in fixture.Backends)
            {
                var streams = edge.Traits.NoRequestStream ?? backend.Traits.NoRequestStream;
                foreach (var (method, expected) in (ReadOnlySpan<(string, string?)>)[("Collect", streams), ("Chat", streams ?? backend.Traits.NoDuplex)])
                {
                    var said = refusals.GetValueOrDefault((backend.Backend, edge.Edge, $"library.v1.Behaviours/{method}"));
                    if (expected is null || new Cell(edge, backend).IsForwarded)
                    {
                        Assert.Null(said);
                    }
                    else
                    {
                        Assert.Contains(expected, said);
                    }
                }
            }
        }
    }

    /// <summary>`not METHOD: why` of `gateway check`, by route, edge and method.</summary>
    private static Dictionary<(string Route, string Edge, string Method), string> Refusals(string output)
    {
        var (route, edge) = ("", "");
        var refusals = new Dictionary<(string, string, string), string>();
        foreach (var line in output.Split('\n'))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (line.StartsWith("route ", StringComparison.Ordinal))
            {
                route = words[1];
            }
            else if (words.FirstOrDefault() == "not")
            {
                refusals[(route, edge, words[1].TrimEnd(':'))] = string.Join(' ', words[2..]);
            }
            else if (line.StartsWith("  ", StringComparison.Ordinal))
            {
                edge = words[0];
            }
        }

        return refusals;
    }

    private (Cell Cell, Behaviour Behaviour) CellOf(int row)
    {
        var (edge, backend, behaviour) = MatrixFixture.Rows[row];
        return (new Cell(fixture.Edges.Single(e => e.Name == edge), fixture.Backends.Single(b => b.Backend == backend)), BehaviourList.All.Single(b => b.Name == behaviour));
    }

    private async Task ProveAsync(int row)
    {
        var (cell, behaviour) = CellOf(row);
        if (behaviour.CannotCarry(cell) is { } missing)
        {
            MatrixTable.NotCarried(cell.Edge.Name, cell.Backend.Backend, behaviour.Name, missing.Reason);
            return;
        }

        try
        {
            await using (cell)
            {
                await behaviour.Prove(cell);
            }

            MatrixTable.Passed(cell.Edge.Edge, cell.Backend.Backend);
        }
        catch
        {
            MatrixTable.Failed(cell.Edge.Edge, cell.Backend.Backend);
            throw;
        }
    }
}
