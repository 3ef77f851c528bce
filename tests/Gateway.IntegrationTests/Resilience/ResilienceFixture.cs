using Gateway.Configuration;
using Gateway.IntegrationTests.Hosting;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using static Google.Protobuf.Reflection.FieldDescriptorProto.Types;
using Type = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace Gateway.IntegrationTests.Resilience;

/// <summary>A gateway before two scripted servers, a and b, of which a is always asked first.</summary>
internal sealed class ResilienceFixture : IAsyncDisposable
{
    /// <summary>A schema of one service whose methods differ in what their author promised.</summary>
    private static readonly byte[] Schema = MakeSchema();

    private readonly string _directory = Directory.CreateTempSubdirectory("resilience-").FullName;

    private string _clusters = "";

    private ResilienceFixture(ScriptedServer a, ScriptedServer b)
    {
        A = a;
        B = b;
    }

    public ScriptedServer A { get; }

    public ScriptedServer B { get; }

    public FakeTimeProvider Clock { get; } = new();

    public RunningGateway Gateway { get; private set; } = null!;

    /// <param name="protocol">`grpc`: HTTP is transcoded and gRPC forwarded. `http`: all is forwarded.</param>
    /// <param name="resilience">The cluster's section, as JSON.</param>
    /// <param name="a">How a answers; null: as gRPC or HTTP success.</param>
    /// <param name="b">How b answers; null likewise.</param>
    /// <param name="deadA">Nobody listens at a.</param>
    public static async Task<ResilienceFixture> StartAsync(
        string protocol, string resilience, Func<HttpContext, int, Task>? a = null, Func<HttpContext, int, Task>? b = null, string? deadA = null)
    {
        Func<HttpContext, int, Task> success = protocol == "grpc" ? static (context, _) => ScriptedServer.ReplyAsync(context, Hello) : static (context, _) => context.Response.WriteAsync("hello");
        var fixture = new ResilienceFixture(
            await ScriptedServer.StartAsync(protocol == "grpc", a ?? success), await ScriptedServer.StartAsync(protocol == "grpc", b ?? success));
        var schema = Path.Combine(fixture._directory, "retry.binpb");
        await File.WriteAllBytesAsync(schema, Schema);
        fixture._clusters = $$"""
            { "two": {
              {{(protocol == "grpc" ? $$""" "Protocol": "grpc", "Schema": { "DescriptorSets": [ "{{schema}}" ] }, """ : "")}}
              "LoadBalancingPolicy": "FirstAlphabetical",
              "Resilience": {{resilience}},
              "Destinations": { "a": { "Address": "{{deadA ?? fixture.A.Address}}" }, "b": { "Address": "{{fixture.B.Address}}" } } } }
            """;
        fixture.Gateway = await RunningGateway.StartAsync(
            fixture.Configuration("""{ "all": { "ClusterId": "two", "Match": { "Path": "/{**path}" } } }"""), options => options with { Clock = fixture.Clock });
        return fixture;
    }

    /// <summary>Other routes over the same cluster.</summary>
    public Task<IReadOnlyList<ConfigProblem>> ReloadAsync(string routes) => Gateway.ReloadAsync(Configuration(routes));

    private string Configuration(string routes) => $$"""{ "ReverseProxy": { "Routes": {{routes}}, "Clusters": {{_clusters}} } }""";

    /// <summary>A message `{"text":"hello"}`.</summary>
    public static byte[] Hello { get; } = [0x0a, 5, .. "hello"u8];

    public async Task<string> MetricsAsync()
    {
        using var admin = new HttpClient { BaseAddress = Gateway.AdminUrl };
        return await admin.GetStringAsync("/metrics", Wait.Token());
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await A.DisposeAsync();
        await B.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static byte[] MakeSchema()
    {
        var message = new DescriptorProto { Name = "Text" };
        message.Field.Add(new FieldDescriptorProto { Name = "text", JsonName = "text", Number = 1, Type = Type.String, Label = Label.Optional });
        var service = new ServiceDescriptorProto { Name = "Retry" };
        service.Method.Add(Method("Read", MethodOptions.Types.IdempotencyLevel.NoSideEffects));
        service.Method.Add(Method("Replace", MethodOptions.Types.IdempotencyLevel.Idempotent));
        service.Method.Add(Method("Add", null));
        var watch = Method("Watch", MethodOptions.Types.IdempotencyLevel.NoSideEffects);
        watch.ServerStreaming = true;
        service.Method.Add(watch);
        var file = new FileDescriptorProto { Name = "retry.proto", Package = "retry.v1", Syntax = "proto3" };
        file.MessageType.Add(message);
        file.Service.Add(service);
        var set = new FileDescriptorSet();
        set.File.Add(file);
        return set.ToByteArray();
    }

    private static MethodDescriptorProto Method(string name, MethodOptions.Types.IdempotencyLevel? level)
    {
        var method = new MethodDescriptorProto { Name = name, InputType = ".retry.v1.Text", OutputType = ".retry.v1.Text" };
        if (level is { } promised)
        {
            method.Options = new MethodOptions { IdempotencyLevel = promised };
        }

        return method;
    }
}
