using Gateway.IntegrationTests.Matrix.Backends;
using Gateway.IntegrationTests.Matrix.Edges;

namespace Gateway.IntegrationTests.Matrix;

/// <summary>The rigs, spoken to without a gateway between: what a cell proves rests on them.</summary>
public sealed class RigTests
{
    public static TheoryData<string> Names() => ["http", "sse", "websocket", "websocket envelope", "grpc"];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Rig_ShowsEveryBehaviourToItsOwnClient(string edge)
    {
        await using var rig = MatrixFixture.Rigs().Single(r => edge.Split(' ')[0] == r.Backend);
        await rig.StartAsync();
        using var door = rig is WebRig web ? web.Door : ((GrpcRig)rig).Door;
        var drivers = MatrixFixture.Drivers(door, "");
        var driver = drivers.Single(d => d.Name == edge);
        var proven = 0;
        var failed = new List<string>();
        foreach (var behaviour in BehaviourList.All)
        {
            var cell = new Cell(driver, rig);
            if (behaviour.IsGateways || behaviour.CannotCarry(cell) is not null)
            {
                continue;
            }

            try
            {
                await using (cell)
                {
                    await behaviour.Prove(cell);
                }

                proven++;
            }
            catch (Exception e)
            {
                failed.Add($"{behaviour.Name}: {e}");
            }
        }

        foreach (var each in drivers)
        {
            each.Dispose();
        }

        Assert.True(failed.Count == 0, string.Join("\n", failed));
        Assert.True(proven > 10, $"Only {proven} behaviours could be proven.");
    }
}
