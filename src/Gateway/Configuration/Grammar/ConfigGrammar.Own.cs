namespace Gateway.Configuration;

/// <summary>The keys of the gateway's own gRPC services.</summary>
internal static partial class ConfigGrammar
{
    private static ObjectType OwnServices => new("the gRPC services of the gateway",
        new("Reflection", Flag, "Serve gRPC reflection, v1 and v1alpha, for every service that a route with a schema serves on its gRPC edge.") { Default = "true" },
        new("ReflectGuarded", Flag, "Tell also of services that are behind an AuthorizationPolicy on every route. Reflection itself asks for none.") { Default = "false" },
        new("Health", Flag, "Serve grpc.health.v1 (Check, Watch, List) for the same services; the empty name is the gateway.") { Default = "true" });
}
