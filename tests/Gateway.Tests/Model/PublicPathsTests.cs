using Gateway.Configuration;
using Gateway.Model;

namespace Gateway.Tests.Model;

/// <summary>How a route's clients see the paths of its rules, and where its descriptions stand among them.</summary>
public sealed class PublicPathsTests
{
    [Theory]
    [InlineData(null, "", "/v1/shelves/{shelf}", "/v1/shelves/{shelf}")]
    [InlineData("/{**path}", "", "/v1/shelves/{shelf}", "/v1/shelves/{shelf}")]
    [InlineData("/v1/{**path}", "", "/v1/shelves", "/v1/shelves")]
    [InlineData("/v1/{**path}", "", "/v2/shelves", null)]
    [InlineData("/v1/{*path}", "", "/v1", "/v1")]
    [InlineData("v1/shelves/{shelf}", "", "/v1/shelves/{shelf}", "/v1/shelves/{shelf}")]
    [InlineData("v1/shelves/{shelf}", "", "/v1/shelves/{shelf}/books", null)]
    [InlineData("v1/shelves/{shelf?}", "", "/v1/shelves", "/v1/shelves")]
    [InlineData("v1/shelves/{shelf}", "", "/v1/shelves", null)]
    [InlineData("/api/{**path}", "PathRemovePrefix=/api", "/v1/shelves", "/api/v1/shelves")]
    [InlineData("/api/{**path}", "PathRemovePrefix=/api", "/", "/api")]
    [InlineData("/{**path}", "PathPrefix=/v1", "/v1/shelves", "/shelves")]
    [InlineData("/{**path}", "PathPrefix=/v1", "/v2/shelves", null)]
    [InlineData("/{**path}", "PathPrefix=/v1", "/v10/shelves", null)]
    [InlineData("/api/{**path}", "PathRemovePrefix=/api;PathPrefix=/v1", "/v1/shelves", "/api/shelves")]
    [InlineData("/api/{**path}", "PathPattern=/v1/{**path}", "/v1/shelves", "/api/shelves")]
    [InlineData("/api/{**path}", "PathPattern=/{**path}", "/v1/shelves", "/api/v1/shelves")]
    [InlineData("/api/{**path}", "PathPattern=/{**other}", "/v1/shelves", null)]
    [InlineData("/{**path}", "PathSet=/v1/books", "/v1/books", null)]
    [InlineData("/{**path}", "RequestHeader=X-A", "/v1/books", "/v1/books")]
    public void ToPublic_TurnsRoundWhatTheRouteDoes(string? match, string transforms, string path, string? expected) =>
        Assert.Equal(expected, new PublicPaths(Route(match, transforms)).ToPublic(path));

    [Theory]
    [InlineData(null, "")]
    [InlineData("/{**path}", "")]
    [InlineData("/a/b/{**path}", "/a/b")]
    [InlineData("/a/{b}/{**path}", null)]
    [InlineData("/a/{b}", null)]
    [InlineData("/a", null)]
    public void Directory_IsWhatStandsBeforeTheRest(string? match, string? expected) => Assert.Equal(expected, new PublicPaths(Route(match, "")).Directory);

    [Theory]
    [InlineData("PathRemovePrefix=/api", "/api/openapi.json", "/openapi.json")]
    [InlineData("PathRemovePrefix=/api;PathPrefix=/v1", "/api/openapi.json", "/v1/openapi.json")]
    [InlineData("PathPattern=/v2/{**path}", "/api/openapi.json", "/v2/openapi.json")]
    public void ToRule_IsWhatTheTransformsMake(string transforms, string path, string expected) =>
        Assert.Equal(expected, new PublicPaths(Route("/api/{**path}", transforms)).ToRule(path));

    private static RouteSettings Route(string? path, string transforms) => new()
    {
        Id = "route",
        Path = path,
        Transforms = [.. transforms.Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(static transform => transform.Split('='))
            .Select(static pair => new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { [pair[0]] = pair[1] })],
    };
}
