using System.Security.Cryptography;

namespace Gateway.Dispatch;

/// <summary>A document that describes a route, as it is served.</summary>
/// <param name="Content">UTF-8; empty when there is a problem.</param>
/// <param name="ETag">Its strong validator, quotes included.</param>
/// <param name="Problem">Why there is no document; null when there is one.</param>
public sealed record DescribedDocument(ReadOnlyMemory<byte> Content, string ETag, string? Problem)
{
    public static DescribedDocument Of(byte[] content) => new(content, $"\"{Convert.ToHexStringLower(SHA256.HashData(content)[..16])}\"", null);

    public static DescribedDocument Refuse(string problem) => new(default, "", problem);
}

/// <summary>What a route with a schema says of itself. Documents are made when they are first asked for, and kept as long as the route. Safe from any thread.</summary>
public sealed class RouteDescription
{
    private readonly Lazy<DescribedDocument> _openApi;
    private readonly Lazy<DescribedDocument> _asyncApi;

    /// <param name="openApi">Makes the document.</param>
    /// <param name="asyncApi">Makes the other.</param>
    public RouteDescription(Func<DescribedDocument> openApi, Func<DescribedDocument> asyncApi)
    {
        _openApi = new Lazy<DescribedDocument>(openApi);
        _asyncApi = new Lazy<DescribedDocument>(asyncApi);
    }

    /// <summary>Where clients of the route find the OpenAPI document; null when it is not served there.</summary>
    public string? OpenApiPath { get; init; }

    /// <summary>Where they find the AsyncAPI document; null when it is not served there.</summary>
    public string? AsyncApiPath { get; init; }

    public DescribedDocument OpenApi => _openApi.Value;

    public DescribedDocument AsyncApi => _asyncApi.Value;

    /// <summary>The document at a path, or null. Case is as routes take it: it does not matter.</summary>
    public DescribedDocument? Find(string path) =>
        path.Equals(OpenApiPath, StringComparison.OrdinalIgnoreCase) ? OpenApi
        : path.Equals(AsyncApiPath, StringComparison.OrdinalIgnoreCase) ? AsyncApi
        : null;
}
