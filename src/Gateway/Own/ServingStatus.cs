namespace Gateway.Own;

/// <summary>How a service is, numbered as grpc.health.v1.HealthCheckResponse numbers it.</summary>
public enum ServingStatus : byte
{
    Unknown = 0,
    Serving = 1,
    NotServing = 2,
    ServiceUnknown = 3,
}
