namespace Gateway.IntegrationTests.Matrix;

/// <summary>One row of the list that every cell is proven by.</summary>
/// <param name="Name">What must hold.</param>
/// <param name="Prove">Proves it in a cell.</param>
/// <param name="CannotCarry">Why a cell cannot carry it; null when it can.</param>
internal sealed record Behaviour(string Name, Func<Cell, Task> Prove, Func<Cell, NotApplicable?> CannotCarry)
{
    /// <summary>True for what the gateway adds: a rig that is asked without one cannot show it.</summary>
    public bool IsGateways { get; init; }
}

/// <summary>A behaviour that a cell cannot carry, and why.</summary>
internal sealed record NotApplicable(string Reason)
{
    public static NotApplicable? When(string? reason) => reason is null ? null : new NotApplicable(reason);
}
