using System.Collections.Concurrent;
using Gateway.Backends;
using Gateway.Configuration;
using Transcoders.Schema;

namespace Gateway.Model;

/// <summary>Brings a cluster's schema together from files and from the backend itself.</summary>
public sealed partial class SchemaLoader(ReflectionClient reflection, SchemaPins pins, ILogger<SchemaLoader> logger)
{
    private readonly ConcurrentDictionary<string, bool> _pinned = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Pinned schemas stand in for those of backends: ask again soon.</summary>
    public bool HasPinned => !_pinned.IsEmpty;

    /// <param name="cluster">Has a schema section.</param>
    /// <param name="registration">The protocol of the cluster.</param>
    /// <param name="lastGood">What the same section gave before, kept when the backend is down now; null at first.</param>
    /// <param name="before">What the cluster had, however its section has changed: what is different now is told. Null at first.</param>
    /// <param name="problems">Gets what is wrong.</param>
    /// <param name="cancellationToken">Gives up asking.</param>
    /// <returns>Null when it cannot be had whole; why is then in <paramref name="problems"/>.</returns>
    public async Task<SchemaCatalog?> LoadAsync(
        ClusterSettings cluster, BackendRegistration registration, SchemaCatalog? lastGood, SchemaCatalog? before, List<ConfigProblem> problems, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(registration);
        ArgumentNullException.ThrowIfNull(problems);
        var path = $"ReverseProxy:Clusters:{cluster.Id}:Schema";
        var known = problems.Count;
        var sets = new List<ReadOnlyMemory<byte>>();
        var names = new List<string>();
        foreach (var file in cluster.Schema!.DescriptorSets)
        {
            try
            {
                sets.Add(await SchemaSources.ReadSetAsync(file, cancellationToken));
                names.Add($"'{file}'");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                problems.Add(new(cluster.Position, path + ":DescriptorSets", $"'{file}' cannot be read: {e.Message}"));
            }
        }

        if (cluster.Schema.ProtoFiles.Count > 0
            && SchemaSources.Compile(cluster.Schema, problem => problems.Add(new(cluster.Position, path + ":ProtoFiles", problem))) is { } compiled)
        {
            sets.Add(compiled);
            names.Add("ProtoFiles");
        }

        byte[]? pinned = null;
        var answered = false;
        if (cluster.Schema.Reflection)
        {
            names.Add("the backend's reflection");
            pinned = cluster.Schema.Pin ? pins.Read(cluster) : null;
            if (!registration.HasReflection)
            {
                problems.Add(new(cluster.Position, path + ":Reflection", $"only gRPC backends can be asked for their schema; give a '{cluster.Protocol}' cluster DescriptorSets."));
            }
            else if (await ReflectAsync(cluster, sets, cancellationToken) is { } failures)
            {
                if (lastGood is not null && problems.Count == known)
                {
                    SchemaKept(logger, cluster.Id, failures);
                    return lastGood;
                }

                if (pinned is not null)
                {
                    SchemaPinned(logger, cluster.Id, failures);
                    _pinned[cluster.Id] = true;
                    sets.Add(pinned);
                }
                else
                {
                    problems.Add(new(cluster.Position, path + ":Reflection", $"no destination gave its schema ({failures}); start the backend first, or give DescriptorSets."));
                }
            }
            else
            {
                answered = true;
                _pinned.TryRemove(cluster.Id, out _);
            }
        }

        if (problems.Count > known)
        {
            return null;
        }

        if (sets.Count == 0)
        {
            problems.Add(new(cluster.Position, path, "names no source; DescriptorSets: [ \"file.binpb\" ], ProtoFiles: [ \"protos\" ] or Reflection: true would be right."));
            return null;
        }

        try
        {
            var schema = SchemaCatalog.FromDescriptorSets(sets, names);
            if (answered && cluster.Schema.Pin && !(pinned is not null && sets[^1].Span.SequenceEqual(pinned)))
            {
                pins.Write(cluster, sets[^1].Span);
            }

            if (lastGood is not null && SchemaDiff.AreSame(lastGood, schema))
            {
                return lastGood;
            }

            before ??= pinned is null || !answered ? null : Understand(pinned);
            if (before is not null && !SchemaDiff.AreSame(before, schema))
            {
                Tell(cluster, SchemaDiff.Between(before, schema));
            }

            return schema;
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
                var set = await reflection.ReadAsync(address, cancellationToken);
                sets.Add(set);
                return null;
            }
            catch (ReflectionException e)
            {
                failures.Add($"{address}: {e.Message}");
            }
        }

        return string.Join("; ", failures);
    }

    /// <summary>A pin is compared with what is there now; one that cannot be understood any more is compared with nothing.</summary>
    private static SchemaCatalog? Understand(byte[] pinned)
    {
        try
        {
            return SchemaCatalog.FromDescriptorSets([pinned]);
        }
        catch (SchemaException)
        {
            return null;
        }
    }

    private void Tell(ClusterSettings cluster, SchemaDiff diff)
    {
        string Of(SchemaChangeKind kind) => string.Join("; ", diff.Changes.Where(change => change.Kind == kind).Select(static change => change.Text)) is { Length: > 0 } text ? text : "none";
        var level = diff.Changes.Any(static change => change.Kind != SchemaChangeKind.Added) ? LogLevel.Warning : LogLevel.Information;
        SchemaChanged(logger, level, cluster.Id, Of(SchemaChangeKind.Added), Of(SchemaChangeKind.Removed), Of(SchemaChangeKind.Incompatible), diff.Untold);
    }

    [LoggerMessage(302, LogLevel.Warning, "SchemaPinned: cluster {Cluster} starts with the schema pinned on disk; no destination gave its own ({Failures})")]
    private static partial void SchemaPinned(ILogger logger, string cluster, string failures);

    [LoggerMessage(EventId = 305, Message = "SchemaChanged: cluster {Cluster}: methods added: {Added}; removed: {Removed}; incompatible: {Incompatible}; changes not listed: {More}")]
    private static partial void SchemaChanged(ILogger logger, LogLevel level, string cluster, string added, string removed, string incompatible, int more);

    [LoggerMessage(301, LogLevel.Warning, "SchemaKept: cluster {Cluster} goes on with the schema it had; no destination gave a new one ({Failures})")]
    private static partial void SchemaKept(ILogger logger, string cluster, string failures);
}
