using Gateway.Backends;
using Gateway.Configuration;
using Transcoders.Schema;

namespace Gateway.Model;

/// <summary>Brings a cluster's schema together from files and from the backend itself.</summary>
public sealed partial class SchemaLoader(ReflectionClient reflection, ILogger<SchemaLoader> logger)
{
    /// <summary>Largest descriptor set read from a file, in bytes.</summary>
    private const long MaxFileSize = 64 * 1024 * 1024;

    /// <param name="cluster">Has a schema section.</param>
    /// <param name="registration">The protocol of the cluster.</param>
    /// <param name="lastGood">What the same section gave before, kept when the backend is down now; null at first.</param>
    /// <param name="problems">Gets what is wrong.</param>
    /// <param name="cancellationToken">Gives up asking.</param>
    /// <returns>Null when it cannot be had whole; why is then in <paramref name="problems"/>.</returns>
    public async Task<SchemaCatalog?> LoadAsync(
        ClusterSettings cluster, BackendRegistration registration, SchemaCatalog? lastGood, List<ConfigProblem> problems, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(registration);
        ArgumentNullException.ThrowIfNull(problems);
        var path = $"ReverseProxy:Clusters:{cluster.Id}:Schema";
        var before = problems.Count;
        var sets = new List<ReadOnlyMemory<byte>>();
        foreach (var file in cluster.Schema!.DescriptorSets)
        {
            try
            {
                if (new FileInfo(file).Length > MaxFileSize)
                {
                    problems.Add(new(cluster.Position, path + ":DescriptorSets", $"'{file}' is larger than {MaxFileSize} bytes."));
                    continue;
                }

                sets.Add(await File.ReadAllBytesAsync(file, cancellationToken));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problems.Add(new(cluster.Position, path + ":DescriptorSets", $"'{file}' cannot be read: {e.Message}"));
            }
        }

        if (cluster.Schema.Reflection)
        {
            if (!registration.HasReflection)
            {
                problems.Add(new(cluster.Position, path + ":Reflection", $"only gRPC backends can be asked for their schema; give a '{cluster.Protocol}' cluster DescriptorSets."));
            }
            else if (await ReflectAsync(cluster, sets, cancellationToken) is { } failures)
            {
                if (lastGood is not null && problems.Count == before)
                {
                    SchemaKept(logger, cluster.Id, failures);
                    return lastGood;
                }

                problems.Add(new(cluster.Position, path + ":Reflection", $"no destination gave its schema ({failures}); start the backend first, or give DescriptorSets."));
            }
        }

        if (problems.Count > before)
        {
            return null;
        }

        if (sets.Count == 0)
        {
            problems.Add(new(cluster.Position, path, "names no source; DescriptorSets: [ \"file.binpb\" ] or Reflection: true would be right."));
            return null;
        }

        try
        {
            return SchemaCatalog.FromDescriptorSets(sets);
        }
        catch (SchemaException e)
        {
            problems.Add(new(cluster.Position, path, e.Message));
            return null;
        }
    }

    /// <summary>Asks one destination after the other until one answers; what went wrong with each when none does, else null.</summary>
    private async Task<string?> ReflectAsync(ClusterSettings cluster, List<ReadOnlyMemory<byte>> sets, CancellationToken cancellationToken)
    {
        var failures = new List<string>();
        foreach (var address in cluster.Destinations.Values)
        {
            try
            {
                sets.Add(await reflection.ReadAsync(address, cancellationToken));
                return null;
            }
            catch (ReflectionException e)
            {
                failures.Add($"{address}: {e.Message}");
            }
        }

        return string.Join("; ", failures);
    }

    [LoggerMessage(301, LogLevel.Warning, "SchemaKept: cluster {Cluster} goes on with the schema it had; no destination gave a new one ({Failures})")]
    private static partial void SchemaKept(ILogger logger, string cluster, string failures);
}
