using Gateway.Backends;
using Gateway.Configuration;
using Transcoders.Schema;

namespace Gateway.Model;

/// <summary>Brings a cluster's schema together from files and from the backend itself.</summary>
public sealed class SchemaLoader(ReflectionClient reflection)
{
    /// <summary>Largest descriptor set read from a file, in bytes.</summary>
    private const long MaxFileSize = 64 * 1024 * 1024;

    /// <summary>Null when it cannot be had whole; why is then in <paramref name="problems"/>.</summary>
    public async Task<SchemaCatalog?> LoadAsync(
        ClusterSettings cluster, BackendRegistration registration, List<ConfigProblem> problems, CancellationToken cancellationToken)
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
            else
            {
                await ReflectAsync(cluster, path, sets, problems, cancellationToken);
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

    /// <summary>Asks one destination after the other until one answers.</summary>
    private async Task ReflectAsync(
        ClusterSettings cluster, string path, List<ReadOnlyMemory<byte>> sets, List<ConfigProblem> problems, CancellationToken cancellationToken)
    {
        var failures = new List<string>();
        foreach (var address in cluster.Destinations.Values)
        {
            try
            {
                sets.Add(await reflection.ReadAsync(address, cancellationToken));
                return;
            }
            catch (ReflectionException e)
            {
                failures.Add($"{address}: {e.Message}");
            }
        }

        problems.Add(new(cluster.Position, path + ":Reflection", $"no destination gave its schema ({string.Join("; ", failures)}); start the backend first, or give DescriptorSets."));
    }
}
