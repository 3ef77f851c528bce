namespace Gateway.Bench.Driver;

/// <summary>One line of the comparison: the same calls to several contenders.</summary>
/// <param name="Id">`edge-backend/what`, as --rows takes it.</param>
/// <param name="Title">What is measured.</param>
/// <param name="Unit">What a rate counts: `call` or `message`.</param>
/// <param name="Clients">How many clients at once.</param>
/// <param name="Contenders">Who is measured, in the order of a round.</param>
/// <param name="Baseline">Name of the contender the gateway is compared with; empty for none.</param>
/// <param name="Target">Most CPU per unit the gateway may use, as a part of the baseline's; null for no target.</param>
internal sealed record LoadRow(
    string Id, string Title, string Unit, int Clients, IReadOnlyList<Contender> Contenders, string Baseline, double? Target);

/// <summary>One server in one row.</summary>
/// <param name="Name">`gateway`, `jt`, `yarp` or `direct`.</param>
/// <param name="Server">The process whose CPU counts.</param>
/// <param name="Connect">Makes one client.</param>
internal sealed record Contender(string Name, ServerProcess Server, Func<ILoad> Connect);
