namespace Gateway.Configuration;

/// <summary>The top-level `Grpc` section: the gRPC services of the gateway itself.</summary>
public sealed record OwnServicesSettings
{
    /// <summary>Serve grpc.reflection.v1 and v1alpha for what the routes serve.</summary>
    public bool Reflection { get; init; } = true;

    /// <summary>Tell also of services whose every route has an AuthorizationPolicy.</summary>
    public bool ReflectGuarded { get; init; }

    /// <summary>Serve grpc.health.v1.</summary>
    public bool Health { get; init; } = true;
}
