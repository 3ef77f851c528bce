namespace Gateway.Configuration;

/// <summary>The `Grpc` section of a grpc cluster.</summary>
public sealed record GrpcClusterSettings
{
    /// <summary>What messages to the servers are compressed with: `gzip`, or `none`. Answers are read compressed or not.</summary>
    public string Compression { get; init; } = "none";
}
