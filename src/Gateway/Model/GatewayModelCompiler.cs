using System.Collections.Frozen;
using Gateway.Backends;
using Gateway.Configuration;
using Gateway.Dispatch;
using Gateway.Own;
using Gateway.Telemetry;
using Transcoders.Calls;
using Transcoders.HttpRules;
using Transcoders.Payloads;
using Transcoders.Planning;
using Transcoders.Schema;

namespace Gateway.Model;

/// <summary>Compiles a declared configuration into a model, or lists everything that is wrong with it.</summary>
/// <param name="backends">The protocols behind the gateway.</param>
/// <param name="edges">The protocols in front of it.</param>
/// <param name="schemas">Loads the clusters' schemas.</param>
/// <param name="own">Makes the gateway's own services.</param>
/// <param name="clock">The clock of resilience.</param>
/// <param name="resilienceLog">Hears of retries and circuits.</param>
public sealed class GatewayModelCompiler(
    IReadOnlyList<BackendRegistration> backends, IReadOnlyList<ProtocolTraits> edges, SchemaLoader schemas, OwnServicesCompiler own, TimeProvider clock,
    ILogger<ClusterResilience> resilienceLog)
{
    /// <summary>Pinned schemas stand in for those of backends that were down: compiling again soon may bring their own.</summary>
    public bool HasPinnedSchemas => schemas.HasPinned;

    /// <param name="config">As read.</param>
    /// <param name="previous">The model in force, whose unchanged clusters are kept; null at start.</param>
    /// <param name="cancellationToken">Gives up asking backends for their schema.</param>
    /// <returns>The model, or null with at least one problem.</returns>
    public async Task<(GatewayModel? Model, IReadOnlyList<ConfigProblem> Problems)> CompileAsync(
        GatewayConfig config, GatewayModel? previous, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(config);
        var problems = new List<ConfigProblem>();
        var clusters = new Dictionary<string, ClusterModel>(StringComparer.OrdinalIgnoreCase);
        foreach (var settings in config.Clusters.Values)
        {
            if (await CompileAsync(settings, config, previous, problems, cancellationToken) is { } cluster)
            {
                clusters.Add(settings.Id, cluster);
            }
        }

        var routes = new Dictionary<string, CallRoute>(StringComparer.OrdinalIgnoreCase);
        foreach (var settings in config.Routes.Values)
        {
            if (settings.ClusterId is { } id && clusters.TryGetValue(id, out var cluster))
            {
                routes.Add(settings.Id, new RouteCompiler(settings, cluster, edges, problems).Compile());
            }
        }

        if (problems.Count > 0)
        {
            return (null, problems);
        }

        return (new GatewayModel
        {
            Config = config,
            Routes = routes.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase),
            Clusters = clusters.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase),
            Own = own.Compile(config.Grpc, ServedServices.Collect(config, routes, clusters, own.EdgeName)),
        }, []);
    }

    private async Task<ClusterModel?> CompileAsync(
        ClusterSettings settings, GatewayConfig config, GatewayModel? previous, List<ConfigProblem> problems, CancellationToken cancellationToken)
    {
        var path = $"ReverseProxy:Clusters:{settings.Id}";
        var registration = backends.FirstOrDefault(b => b.Name == settings.Protocol);
        if (registration is null)
        {
            var known = string.Join(", ", backends.Select(static b => b.Name));
            problems.Add(new(settings.Position, path + ":Protocol", $"the protocol '{settings.Protocol}' cannot be reached by this version; {known} can."));
            return null;
        }

        if (registration.Check?.Invoke(settings, config) is { Count: > 0 } found)
        {
            problems.AddRange(found);
            return null;
        }

        var fingerprint = ConfigFingerprint.Of(settings);
        var kept = previous?.Clusters.GetValueOrDefault(settings.Id) is { } same && same.Fingerprint == fingerprint ? same : null;
        if (kept is not null && settings.Schema is not { Reflection: true })
        {
            return kept;
        }

        SchemaCatalog? schema = null;
        if (settings.Schema is not null)
        {
            if (registration.Traits is null)
            {
                problems.Add(new(settings.Position, path + ":Schema", $"a cluster of protocol '{settings.Protocol}' is forwarded as it is, so a schema has no use there; leave it out, or set Protocol to grpc or stdio."));
                return null;
            }

            schema = await schemas.LoadAsync(settings, registration, kept?.Schema, previous?.Clusters.GetValueOrDefault(settings.Id)?.Schema, problems, cancellationToken);
            if (schema is null)
            {
                return null;
            }

            if (kept is not null && ReferenceEquals(schema, kept.Schema))
            {
                return kept;
            }
        }

        var resilience = kept?.Resilience ?? (settings.Resilience is { } declared
            ? new ClusterResilience(settings.Id, declared, registration.IsRepeatable, clock, resilienceLog)
            : null);
        return new ClusterModel(fingerprint, settings, registration, schema, registration.Create?.Invoke(settings, config, schema), resilience);
    }
}
