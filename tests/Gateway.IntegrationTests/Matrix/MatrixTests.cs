using Gateway.IntegrationTests.Hosting;
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
