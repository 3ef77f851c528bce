using Transcoders.Schema;

namespace Gateway.Own;

/// <summary>A service that at least one route serves on its gRPC edge.</summary>
/// <param name="Name">Its full name, `pkg.Service`.</param>
/// <param name="Schema">Declares it; of several clusters' the first.</param>
/// <param name="Clusters">Ids of the clusters that answer for it; empty for the gateway's own.</param>
/// <param name="IsGuarded">Every route that serves it has an AuthorizationPolicy: those who have not shown who they are do not hear of it.</param>
public sealed record ServedService(string Name, SchemaCatalog Schema, IReadOnlyList<string> Clusters, bool IsGuarded);
