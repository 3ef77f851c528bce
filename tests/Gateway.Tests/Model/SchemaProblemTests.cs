using System.Text;
using Gateway.Backends.Stdio;
using Gateway.Configuration;
using Gateway.Model;
using Gateway.Tests.Configuration;
using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Model;

/// <summary>What is wrong with a schema belongs to its cluster.</summary>
public sealed class SchemaProblemTests
{
    [Fact]
    public async Task RulesThatCollide_AreToldOnceHoweverManyRoutesUseTheCluster()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllBytesAsync(Path.Combine(directory.Path, "twins.binpb"), Twins().ToByteArray());
        var (config, problems) = GatewayConfigReader.Read(Path.Combine(directory.Path, "gateway.json"), Encoding.UTF8.GetBytes("""
            { "ReverseProxy": {
                "Routes": {
                  "one": { "ClusterId": "twins", "Match": { "Path": "/one" } },
                  "two": { "ClusterId": "twins", "Match": { "Path": "/two" } } },
                "Clusters": { "twins": { "Protocol": "grpc", "Schema": { "DescriptorSets": [ "twins.binpb" ] },
                  "Destinations": { "a": { "Address": "http://127.0.0.1:1" } } } } } }
            """), new Dictionary<string, string>());
        Assert.Empty(problems);
        await using var processes = new ProcessTable();

        (_, problems) = await Protocols.Compiler(processes, TimeProvider.System, NullLoggerFactory.Instance, new SchemaPins(null, isReadOnly: true, NullLogger<SchemaPins>.Instance)).CompileAsync(config!, null, CancellationToken.None);

        Assert.Contains("'GET /same' of twins.Twins/First matches the same requests", Assert.Single(problems).Text, StringComparison.Ordinal);
    }

    /// <summary>Two methods under one path.</summary>
    private static FileDescriptorSet Twins() => new()
    {
        File =
        {
            new FileDescriptorProto
            {
                Name = "twins.proto",
                Package = "twins",
                Syntax = "proto3",
                MessageType = { new DescriptorProto { Name = "Nothing" } },
                Service = { new ServiceDescriptorProto { Name = "Twins", Method = { Method("First"), Method("Second") } } },
            },
        },
    };

    private static MethodDescriptorProto Method(string name)
    {
        var options = new MethodOptions();
        options.SetExtension(AnnotationsExtensions.Http, new HttpRule { Get = "/same" });
        return new MethodDescriptorProto { Name = name, InputType = ".twins.Nothing", OutputType = ".twins.Nothing", Options = options };
    }
}
