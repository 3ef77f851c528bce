namespace Gateway.Configuration;

/// <summary>What a route with a schema says of itself: OpenAPI and AsyncAPI documents.</summary>
public sealed record DescribeOptions
{
    /// <summary>`GET openapi.json` and `GET asyncapi.json` are answered under the route's path.</summary>
    public bool Serve { get; init; } = true;

    /// <summary>Title of the documents; null means the route's id.</summary>
    public string? Title { get; init; }

    /// <summary>Version of the API; null takes it from the package of the schema's first method.</summary>
    public string? Version { get; init; }
}
