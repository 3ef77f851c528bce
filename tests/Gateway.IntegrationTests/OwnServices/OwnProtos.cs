using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.OwnServices;

/// <summary>Schemas of every kind of symbol, as sources in a folder of their own; and configurations over them.</summary>
internal sealed class OwnProtos : IDisposable
{
    /// <summary>What the gateway lists besides.</summary>
    public static readonly string[] Own = ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"];

    private const string Common = """
        syntax = "proto2";
        package zoo.common;
        message Name { optional string text = 1; extensions 100 to 199; }
        extend Name { optional string nick = 101; optional int32 rank = 100; }
        """;

    private const string Animals = """
        syntax = "proto2";
        package zoo;
        import "zoo/common.proto";
        import "google/protobuf/timestamp.proto";
        enum Size { SMALL = 0; LARGE = 1; }
        message Animal {
          message Leg { optional int32 toes = 1; }
          enum Kind { CAT = 0; DOG = 1; }
          optional zoo.common.Name name = 1;
          repeated Leg legs = 2;
          optional Kind kind = 3;
          optional google.protobuf.Timestamp born = 4;
          oneof home { string cage = 5; string pond = 6; }
          extend zoo.common.Name { optional string tag = 102; }
        }
        service Animals { rpc Get(zoo.common.Name) returns (Animal); rpc Watch(zoo.common.Name) returns (stream Animal); }
        service Vets { rpc Call(zoo.common.Name) returns (Animal); }
        """;

    private const string Secrets = """
        syntax = "proto3";
        package zoo.secret;
        message Keys { string code = 1; }
        service Guards { rpc Open(Keys) returns (Keys); }
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("protos-").FullName;

    public OwnProtos()
    {
        Write("a/zoo/common.proto", Common);
        Write("a/zoo/animals.proto", Animals);
        Write("a/zoo/secrets.proto", Secrets);

        // Another version of a file, with a service of its own.
        Write("b/zoo/common.proto", Common.Replace("text = 1;", "text = 1; optional string latin = 2;", StringComparison.Ordinal));
        Write("b/zoo/plants.proto", """
            syntax = "proto3";
            package zoo.plants;
            import "zoo/common.proto";
            service Plants { rpc Get(zoo.common.Name) returns (zoo.common.Name); }
            """);
        Write("c/health.proto", """
            syntax = "proto3";
            package grpc.health.v1;
            message HealthCheckRequest { string service = 1; }
            message HealthCheckResponse { int32 status = 1; }
            service Health { rpc Check(HealthCheckRequest) returns (HealthCheckResponse); }
            """);
    }

    public static string Route(string name, string cluster, string path, string more = "") =>
        $$""" "{{name}}": { "ClusterId": "{{cluster}}", "Match": { "Path": "{{path}}" }{{more}} } """;

    /// <summary>A cluster of a server that need not be there.</summary>
    public string Cluster(string name, string folder, string address = "http://127.0.0.1:9", string more = "") =>
        $$""" "{{name}}": { "Protocol": "grpc", "Schema": { "ProtoFiles": ["{{_directory}}/{{folder}}/**/*.proto"], "ImportPaths": ["{{_directory}}/{{folder}}"] }, "Destinations": { "a": { "Address": "{{address}}" } }{{more}} } """;

    /// <summary>A cluster of a server of gRPC of which nothing is known.</summary>
    public static string Plain(string name, string address) =>
        $$""" "{{name}}": { "Protocol": "grpc", "Destinations": { "a": { "Address": "{{address}}" } } } """;

    public static string Configuration(string routes, string clusters, string top = "") =>
        $$"""{ {{top}} "ReverseProxy": { "Routes": { {{routes}} }, "Clusters": { {{clusters}} } } }""";

    /// <summary>The zoo behind one route that takes everything.</summary>
    public string Zoo(string top = "") => Configuration(Route("zoo", "zoo", "/{**all}"), Cluster("zoo", "a"), top);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private void Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
