using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix;
using Gateway.IntegrationTests.Matrix.Backends;

namespace Gateway.IntegrationTests.Web;

/// <summary>A gateway before the interoperability server, with and without its schema, and before library.v1.Behaviours of every protocol.</summary>
/// <remarks>`/BACKEND/…` is the Behaviours of a protocol; pages of <see cref="Origin"/> may call.</remarks>
public sealed class WebFixture : IAsyncLifetime
{
    /// <summary>The origin that is allowed by name.</summary>
    public const string Origin = "https://app.example.com";

    private readonly string _directory = Directory.CreateTempSubdirectory("gateway-web-").FullName;
    private readonly List<IBackendRig> _rigs = [new HttpRig(), new SseRig(), new WebSocketRig(), new GrpcRig(), new StdioRig()];
    private InteropServer? _server;
    private RunningGateway? _gateway;

    internal RunningGateway Gateway => _gateway!;

    internal InteropServer Server => _server!;

    /// <summary>The interoperability service's schema.</summary>
    internal string Descriptors => Path.Combine(_directory, "interop.binpb");

    public async Task InitializeAsync()
    {
        _server = await InteropServer.StartAsync();
        await File.WriteAllBytesAsync(Descriptors, InteropServer.Descriptors());
        foreach (var rig in _rigs)
        {
            await rig.StartAsync();
        }

        var routes = string.Concat(_rigs.Select(static rig => $$"""
            "{{rig.Backend}}": { "ClusterId": "{{rig.Backend}}", "CorsPolicy": "page", "Match": { "Path": "/{{rig.Backend}}/{**path}" }, "Transforms": [ { "PathRemovePrefix": "/{{rig.Backend}}" } ] },
            """));
        var clusters = string.Concat(_rigs.Select(static rig => $$"""
            "{{rig.Backend}}": { {{rig.Cluster(isKillable: false)}} },
            """));
        _gateway = await RunningGateway.StartAsync($$"""
            { "Cors": { "Policies": {
                "page": { "AllowedOrigins": [ "{{Origin}}", "http://app.example.com" ], "AllowedHeaders": [ "x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin" ],
                          "ExposedHeaders": [ "x-grpc-test-echo-initial", "trailer-x-grpc-test-echo-trailing-bin" ] },
                "Default": { "AllowedOrigins": [ "*" ], "AllowedMethods": [ "GET", "PUT" ], "AllowedHeaders": [ "*" ], "MaxAge": "00:00:30" },
                "friends": { "AllowedOrigins": [ "https://*.example.com" ], "AllowCredentials": true } } },
              "ReverseProxy": {
                "Routes": {
                  {{routes}}
                  "interop": { "ClusterId": "interop", "CorsPolicy": "page", "Match": { "Path": "/{**path}" } },
                  "gzip": { "ClusterId": "interop", "Match": { "Path": "/gzip/{**path}" }, "Transforms": [ { "PathRemovePrefix": "/gzip" } ], "Options": { "Grpc": { "Compression": "gzip" } } },
                  "untyped": { "ClusterId": "untyped", "Match": { "Path": "/untyped/{**path}" }, "Transforms": [ { "PathRemovePrefix": "/untyped" } ] },
                  "guarded": { "ClusterId": "interop", "CorsPolicy": "page", "AuthorizationPolicy": "Default", "Match": { "Path": "/guarded/{**path}", "Methods": [ "POST" ] } },
                  "default": { "ClusterId": "interop", "CorsPolicy": "Default", "Match": { "Path": "/default/{**path}" } },
                  "friends": { "ClusterId": "interop", "CorsPolicy": "friends", "Match": { "Path": "/friends/{**path}" } },
                  "own": { "ClusterId": "interop", "Match": { "Path": "/own/{**path}" } } },
                "Clusters": {
                  {{clusters}}
                  "interop": { "Protocol": "grpc", "Schema": { "DescriptorSets": [ "{{Descriptors}}" ] }, "Destinations": { "a": { "Address": "{{_server.Address}}" } } },
                  "untyped": { "Protocol": "grpc", "Destinations": { "a": { "Address": "{{_server.Address}}" } } } } } }
            """);
    }

    public async Task DisposeAsync()
    {
        await _gateway!.DisposeAsync();
        await _server!.DisposeAsync();
        foreach (var rig in _rigs)
        {
            await rig.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }
}

/// <summary>The tests that share it.</summary>
[CollectionDefinition(nameof(WebFixture))]
public sealed class WebTests : ICollectionFixture<WebFixture>;
