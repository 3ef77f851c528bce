using Gateway.Configuration;

namespace Gateway.Tests.Configuration;

public sealed class CorsSettingsTests
{
    private static readonly Dictionary<string, string> NoEnvironment = [];

    [Theory]
    [InlineData("""{ "AllowedOrigins": [ "*" ], "AllowCredentials": true }""", "", "Cors:Policies:p:AllowCredentials: credentials are not for the origin '*'; list the origins that may have them")]
    [InlineData("""{ "AllowedOrigins": [ "https://a.b" ], "AllowCredentials": true, "ExposedHeaders": [ "*" ] }""", "", "Cors:Policies:p:ExposedHeaders: with credentials browsers take '*' for the name of a header; list the headers")]
    [InlineData("""{ "AllowedOrigins": [ "https://a.b/" ] }""", "", "is more than an origin")]
    [InlineData("""{ "AllowedOrigins": [ "a.b" ] }""", "", "is no origin")]
    [InlineData("""{ "AllowedOrigins": [ "null" ] }""", "", "is no origin")]
    [InlineData("""{ "AllowedOrigins": [ "https://a.*.b" ] }""", "", "is no origin")]
    [InlineData("""{ "AllowedOrigins": [ "https://a.b" ] }""", "q", "ReverseProxy:Routes:r:CorsPolicy: no CORS policy is called 'q'")]
    [InlineData("""{ "AllowedOrigins": [ "https://a.b" ] }""", "Default", "ReverseProxy:Routes:r:CorsPolicy: no CORS policy is called 'Default'")]
    public void WhatCannotBeMeant_IsReported(string policy, string named, string expected)
    {
        var (config, problems) = Read(policy, named);
        Assert.Null(config);
        Assert.Contains(expected, Assert.Single(problems).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("p")]
    [InlineData("P")]
    [InlineData("disable")]
    public void Policy_HasItsDefaults(string named)
    {
        var (config, problems) = Read("""{ "AllowedOrigins": [ "https://*.a.b", "http://localhost:3000" ] }""", named);
        Assert.Empty(problems);
        var policy = config!.Cors["p"];
        Assert.Equal(["POST", "GET"], policy.AllowedMethods);
        Assert.Equal((false, TimeSpan.FromHours(2)), (policy.AllowCredentials, policy.MaxAge));
        Assert.Equal(["https://*.a.b", "http://localhost:3000"], policy.AllowedOrigins);
    }

    private static (GatewayConfig? Config, IReadOnlyList<ConfigProblem> Problems) Read(string policy, string named)
    {
        var reference = named.Length == 0 ? "" : $"\"CorsPolicy\": \"{named}\", ";
        var json = $$"""
            { "Cors": { "Policies": { "p": {{policy}} } },
              "ReverseProxy": { "Clusters": { "c": { "Destinations": { "a": { "Address": "http://h:1" } } } },
                                "Routes": { "r": { "ClusterId": "c", {{reference}}"Match": { "Path": "/x" } } } } }
            """;
        return GatewayConfigReader.Read("gateway.json", System.Text.Encoding.UTF8.GetBytes(json), NoEnvironment);
    }
}
