using Microsoft.Extensions.Configuration;

namespace Gateway.Configuration;

/// <summary>One file as declared, read whole: our keys as records, YARP's as the tree it binds by itself.</summary>
public sealed record GatewayConfig
{
    /// <summary>Where the admin port listens unless the file says otherwise: on loopback alone.</summary>
    public const string DefaultAdminUrls = "http://127.0.0.1:8081";

    /// <summary>The file it was read from, absolute.</summary>
    public required string File { get; init; }

    /// <summary>The merged tree (file, then environment): feeds YARP's binder, Kestrel and Serilog.</summary>
    public required IConfiguration Tree { get; init; }

    /// <summary>Addresses to listen on, `;`-separated; null when `Kestrel:Endpoints` or the command line says.</summary>
    public string? Urls { get; init; }

    /// <summary>Addresses of the admin port.</summary>
    public string AdminUrls { get; init; } = DefaultAdminUrls;

    /// <summary>The gRPC services of the gateway itself.</summary>
    public OwnServicesSettings Grpc { get; init; } = new();

    public IReadOnlyDictionary<string, RouteSettings> Routes { get; init; } = new Dictionary<string, RouteSettings>();

    /// <summary>CORS policies by name; a route names one in YARP's `CorsPolicy`.</summary>
    public IReadOnlyDictionary<string, CorsSettings> Cors { get; init; } = new Dictionary<string, CorsSettings>();

    public IReadOnlyDictionary<string, ClusterSettings> Clusters { get; init; } = new Dictionary<string, ClusterSettings>();
}

/// <summary>A place in a file, counted from one.</summary>
public readonly record struct SourcePosition(string File, int Line, int Column)
{
    public override string ToString() => $"{File}:{Line}:{Column}";
}

/// <summary>One thing wrong with the configuration, in the words its writer needs.</summary>
/// <param name="Position">Where; null when the value came from the environment or the command line.</param>
/// <param name="Path">The JSON path with colons, as ASP.NET writes it: `ReverseProxy:Routes:library:Edges:0`.</param>
/// <param name="Text">What is wrong, and what would be right.</param>
public sealed record ConfigProblem(SourcePosition? Position, string Path, string Text)
{
    /// <summary>`file:line:column: path: text`; what is not known is left out.</summary>
    public override string ToString()
    {
        var text = Path.Length == 0 ? Text : $"{Path}: {Text}";
        return Position is { } at ? $"{at}: {text}" : text;
    }
}
