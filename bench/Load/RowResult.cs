namespace Gateway.Bench.Driver;

/// <summary>The medians of a row, by contender.</summary>
internal sealed record RowResult(LoadRow Row, IReadOnlyDictionary<string, Sample> Medians)
{
    /// <summary>The gateway's CPU per unit as a part of the baseline's; null when one of the two did not run.</summary>
    public double? Ratio =>
        Medians.TryGetValue("gateway", out var gateway) && Medians.TryGetValue(Row.Baseline, out var baseline)
            ? gateway.CpuMicroseconds / baseline.CpuMicroseconds
            : null;

    public bool MeetsTarget => Ratio is not { } ratio || Row.Target is not { } target || ratio <= target;
}
