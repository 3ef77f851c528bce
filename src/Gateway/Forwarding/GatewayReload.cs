using Gateway.Configuration;
using Gateway.Model;

namespace Gateway.Forwarding;

/// <summary>Takes a changed file into force whole, or leaves the old one and says why. One reload at a time.</summary>
internal sealed partial class GatewayReload(
    YarpConfigProvider provider, GatewayModelCompiler compiler, string file, IReadOnlyDictionary<string, string> environment,
    Action<GatewayConfig> applied, Action<IReadOnlyList<ConfigProblem>> rejected, ILogger<GatewayReload> logger) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

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
                applied(Model.Config);
                ConfigApplied(logger, file);
            }
            else
            {
                rejected(problems);
                ConfigRejected(logger, file, string.Join(Environment.NewLine, problems));
            }

            return problems;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Asks the backends again for what they serve, and takes what has changed into force. A backend that is down changes nothing.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var before = Model;
            var (model, problems) = await compiler.CompileAsync(before.Config, before, cancellationToken);
            if (model is not null && model.Clusters.Values.All(cluster => ReferenceEquals(cluster, before.Clusters[cluster.Settings.Id])))
            {
                return;
            }

            if (model is not null)
            {
                problems = await provider.ApplyAsync(before.Config, model, cancellationToken);
            }

            if (problems.Count > 0)
            {
                SchemaRefused(logger, string.Join(Environment.NewLine, problems));
            }
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

    [LoggerMessage(213, LogLevel.Warning, "SchemaRefused: what the backends serve now cannot be served, the schema before it stays in force:\n{Problems}")]
    private static partial void SchemaRefused(ILogger logger, string problems);

    [LoggerMessage(212, LogLevel.Error, "ConfigRejected: {File} is not taken, the configuration before it stays in force:\n{Problems}")]
    private static partial void ConfigRejected(ILogger logger, string file, string problems);
}
