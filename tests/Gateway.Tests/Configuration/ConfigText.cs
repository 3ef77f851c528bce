using System.Text;
using Gateway.Configuration;

namespace Gateway.Tests.Configuration;

/// <summary>Reads configurations written in a test, as if they stood in `gateway.json`.</summary>
internal static class ConfigText
{
    public const string File = "gateway.json";

    public static readonly IReadOnlyDictionary<string, string> NoVariables = new Dictionary<string, string>();

    public static (GatewayConfig? Config, IReadOnlyList<ConfigProblem> Problems) Read(string json, params (string Name, string Value)[] environment) =>
        GatewayConfigReader.Read(File, Encoding.UTF8.GetBytes(json), environment.ToDictionary(e => e.Name, e => e.Value));

    /// <summary>A configuration that must be good.</summary>
    public static GatewayConfig Good(string json, params (string Name, string Value)[] environment)
    {
        var (config, problems) = Read(json, environment);
        Assert.Empty(problems.Select(p => p.ToString()));
        return config!;
    }

    /// <summary>The problems of a configuration that must be bad, as they are printed.</summary>
    public static string[] Bad(string json, params (string Name, string Value)[] environment)
    {
        var (config, problems) = Read(json, environment);
        Assert.Null(config);
        return [.. problems.Select(p => p.ToString())];
    }

    /// <summary>The one problem of a configuration with one route and one cluster.</summary>
    public static string Problem(string json, params (string Name, string Value)[] environment) => Assert.Single(Bad(json, environment));

    /// <summary>A file with one cluster `c`, whose members are given, and a route to it.</summary>
    public static string WithCluster(string members) => $$"""
        { "ReverseProxy": { "Routes": { "r": { "ClusterId": "c", "Match": { "Path": "/{**rest}" } } },
        "Clusters": { "c": { {{members}} } } } }
        """;

    /// <summary>A file with one route `r`, whose further members are given, to a cluster that is good.</summary>
    public static string WithRoute(string members) => $$"""
        { "ReverseProxy": { "Clusters": { "c": { "Destinations": { "a": { "Address": "http://127.0.0.1:1" } } } }, "Routes": { "r": { "ClusterId": "c", "Match": { "Path": "/{**rest}" },
        {{members}} } } } }
        """;
}
