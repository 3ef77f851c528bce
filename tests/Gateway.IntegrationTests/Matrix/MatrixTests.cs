using Gateway.IntegrationTests.Hosting;
using Xunit.Abstractions;

namespace Gateway.IntegrationTests.Matrix;

/// <summary>Every edge, every backend, every behaviour: each a test of its own name.</summary>
public sealed class MatrixTests(MatrixFixture fixture, ITestOutputHelper output) : IClassFixture<MatrixFixture>
{
    public static TheoryData<string, string, string> Rows()
    {
        var rows = new TheoryData<string, string, string>();
        foreach (var edge in MatrixFixture.EdgeNames)
        {
            foreach (var backend in MatrixFixture.BackendNames)
            {
                foreach (var behaviour in BehaviourList.All)
                {
                    rows.Add(edge, backend, behaviour.Name);
                }
            }
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Cell_Holds(string edge, string backend, string behaviour)
    {
        var row = BehaviourList.All.Single(b => b.Name == behaviour);
        var driver = fixture.Edges.Single(e => e.Name == edge);
        var rig = fixture.Backends.Single(b => b.Backend == backend);
        var cell = new Cell(driver, rig);
        if (row.CannotCarry(cell) is { } missing)
        {
            output.WriteLine($"not applicable: {missing.Reason}");
            MatrixTable.NotCarried(edge, backend, behaviour, missing.Reason);
            return;
        }

        try
        {
            await using (cell)
            {
                await row.Prove(cell);
            }

            fixture.Gateway.AssertNoErrors();
            await ChildProcesses.AssertNoneAsync();
            MatrixTable.Passed(driver.Edge, backend);
        }
        catch
        {
            MatrixTable.Failed(driver.Edge, backend);
            throw;
        }
    }
}
