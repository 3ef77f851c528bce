using Gateway.Configuration;
using Gateway.Model;

namespace Gateway.Forwarding;

/// <summary>Takes a changed file into force whole, or leaves the old one and says why. One reload at a time.</summary>
internal sealed partial class GatewayReload(
    YarpConfigProvider provider, GatewayModelCompiler compiler, string file, IReadOnlyDictionary<string, string> environment,
    TimeProvider clock, ILogger<GatewayReload> logger) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>The configuration in force and the last attempt to replace it.</summary>
    public ReloadState State { get; private set; } = new(clock.GetUtcNow(), null, []);

    /// <summary>The model in force.</summary>
    public GatewayModel Model => (GatewayModel)provider.Current.Model!;

    /// <summary>Reads the file again and applies it.</summary>
    /// <returns>Empty when it is in force.</returns>
    public async Task<IReadOnlyList<ConfigProblem>> ReloadAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var problems = await TryAsync(cancellationToken);
            if (problems.Count == 0)
            {
                State = new(clock.GetUtcNow(), null, []);
                ConfigApplied(logger, file);
            }
            else
            {
                State = State with { RejectedAt = clock.GetUtcNow(), Problems = problems };
                ConfigRejected(logger, file, string.Join(Environment.NewLine, problems));
            }

            return problems;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<IReadOnlyList<ConfigProblem>> TryAsync(CancellationToken cancellationToken)
    {
        var (config, problems) = GatewayConfigReader.Read(file, environment);
        if (config is null)
        {
            return problems;
        }

        var (model, found) = await compiler.CompileAsync(config, Model, cancellationToken);
        return model is null ? found : await provider.ApplyAsync(config, model, cancellationToken);
    }

    [LoggerMessage(211, LogLevel.Information, "ConfigApplied: {File} is in force")]
    private static partial void ConfigApplied(ILogger logger, string file);

    [LoggerMessage(212, LogLevel.Error, "ConfigRejected: {File} is not taken, the configuration before it stays in force:\n{Problems}")]
    private static partial void ConfigRejected(ILogger logger, string file, string problems);
}

/// <summary>What became of the configuration file.</summary>
/// <param name="AppliedAt">When the configuration in force was taken.</param>
/// <param name="RejectedAt">When a newer file was refused; null when none has been since.</param>
/// <param name="Problems">Why it was refused.</param>
internal sealed record ReloadState(DateTimeOffset AppliedAt, DateTimeOffset? RejectedAt, IReadOnlyList<ConfigProblem> Problems);
