using Google.Protobuf;
using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.Grpc;
using Transcoders.Http;
using Transcoders.Payloads;
using Transcoders.Planning;
using Transcoders.Schema;
using Transcoders.Sse;
using Transcoders.WebSocket;

namespace Transcoders.Tests.Planning;

public sealed class CallPlannerTests
{
    private static readonly SchemaCatalog Catalog = SchemaCatalog.FromDescriptorSets([Set()]);

    private readonly CallPlanner _planner =
        new(Catalog, PayloadPlanOptions.Default, [HttpTraits.Edge, GrpcTraits.Edge, SseTraits.Edge, WebSocketTraits.Edge]);

    [Theory]
    [InlineData("Upload")]
    [InlineData("Chat")]
    public void SseEdge_OfAClientStream_SaysWhatWouldWork(string method)
    {
        var result = _planner.Plan(SseTraits.Edge, GrpcTraits.Backend, Method(method), binding: null);

        Assert.Null(result.Plan);
        Assert.Equal(
            $"An SSE edge cannot serve shop.v1.Shop/{method}: it streams requests, and an event stream flows one way only; http, grpc, websocket would work.",
            result.Problem!.Text);
    }

    [Fact]
    public void EdgeWithoutStreams_SaysWhatWouldWork()
    {
        var edge = HttpTraits.Edge with { Article = "a plain edge", StreamsResponses = false };

        var result = _planner.Plan(edge, GrpcTraits.Backend, Method("Watch"), binding: null);

        Assert.Equal("A plain edge cannot serve shop.v1.Shop/Watch: it streams responses; http, grpc, sse, websocket would work.", result.Problem!.Text);
    }

    [Theory]
    [InlineData("Watch", "it streams responses, and this protocol does not")]
    [InlineData("Upload", "it streams requests, and a postcard says one thing")]
    [InlineData("Chat", "it streams requests, and a postcard says one thing")]
    public void BackendWithoutStreams_IsNamed(string method, string reason)
    {
        var backend = HttpTraits.Edge with { Article = "a plain backend", StreamsRequests = false, StreamsResponses = false, RequestStreamRefusal = "a postcard says one thing" };

        var result = _planner.Plan(GrpcTraits.Edge, backend, Method(method), binding: null);

        Assert.Equal($"A plain backend cannot carry shop.v1.Shop/{method}: {reason}.", result.Problem!.Text);
    }

    [Fact]
    public void BackendThatTakesTurns_RefusesDuplexOnly()
    {
        var backend = HttpTraits.Edge with { Article = "a plain backend", DuplexRefusal = "it takes turns" };

        Assert.Equal("A plain backend cannot carry shop.v1.Shop/Chat: it streams both ways, and it takes turns.", _planner.Plan(GrpcTraits.Edge, backend, Method("Chat"), binding: null).Problem!.Text);
        Assert.Null(_planner.Plan(GrpcTraits.Edge, backend, Method("Upload"), binding: null).Problem);
    }

    [Fact]
    public void OneAnswer_TakesTheStreamFromTheShape()
    {
        var plan = _planner.PlanOpaque(HttpTraits.Edge, WebSocketTraits.Edge, Reply.First).Plan!;

        Assert.Equal(CallShape.ClientStreaming, plan.Shape);
        Assert.Equal(ReplyKind.First, plan.Reply!.Kind);
    }

    [Fact]
    public void UnaryMethod_HasTheReplyOfItsBackend()
    {
        var backend = WebSocketTraits.Edge with { UnaryReply = Reply.First };

        Assert.Same(Reply.First, _planner.Plan(GrpcTraits.Edge, backend, Method("Get"), binding: null).Plan!.Reply);
        Assert.Null(_planner.Plan(GrpcTraits.Edge, backend, Method("Watch"), binding: null).Plan!.Reply);
    }

    [Fact]
    public void GrpcWithoutSchema_IsToldToGiveOne()
    {
        var edge = _planner.PlanOpaque(GrpcTraits.Edge, HttpTraits.Edge, null);
        var backend = _planner.PlanOpaque(HttpTraits.Edge, GrpcTraits.Backend, null);

        Assert.Null(edge.Plan);
        Assert.StartsWith("A gRPC edge needs to know the methods: give the cluster a Schema", edge.Problem!.Text, StringComparison.Ordinal);
        Assert.Null(backend.Plan);
        Assert.StartsWith("A gRPC backend needs to know the methods: give the cluster a Schema", backend.Problem!.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Get", CallShape.Unary)]
    [InlineData("Watch", CallShape.ServerStreaming)]
    [InlineData("Upload", CallShape.ClientStreaming)]
    [InlineData("Chat", CallShape.Duplex)]
    public void Plan_ConvertsBothWays(string method, CallShape shape)
    {
        var result = _planner.Plan(HttpTraits.Edge, GrpcTraits.Backend, Method(method), binding: null);

        Assert.Null(result.Problem);
        var plan = result.Plan!;
        Assert.Equal(shape, plan.Shape);
        Assert.Equal("shop.v1.Shop/" + method, plan.MethodName);
        var request = plan.Payloads.Request(PayloadFormat.Json, PayloadFormat.Protobuf)!;
        var response = plan.Payloads.Response(PayloadFormat.Protobuf, PayloadFormat.Json)!;
        Assert.Equal("0A0178"u8.ToArray(), System.Text.Encoding.ASCII.GetBytes(Convert.ToHexString(Run(request, "{\"name\":\"x\"}"u8))));
        Assert.Equal("{\"name\":\"x\"}"u8.ToArray(), Run(response, [0x0a, 1, (byte)'x']));
    }

    [Fact]
    public void OpaquePlan_IsDuplexWithoutAMethod()
    {
        var plan = _planner.PlanOpaque(SseTraits.Edge, WebSocketTraits.Edge, null).Plan!;

        Assert.Equal(CallShape.Duplex, plan.Shape);
        Assert.Null(plan.Method);
        Assert.Equal("", plan.MethodName);
        Assert.Equal("\"a\\nb\""u8.ToArray(), Run(plan.Payloads.Response(PayloadFormat.Text, PayloadFormat.Json)!, "a\nb"u8));
    }

    private static byte[] Run(PayloadPlan plan, ReadOnlySpan<byte> input)
    {
        using var output = new PayloadBuffer(1000);
        plan.Convert(input, output);
        return output.WrittenSpan.ToArray();
    }

    private static MethodSchema Method(string name) => Catalog.FindMethod("shop.v1.Shop/" + name)!;

    private static byte[] Set()
    {
        var file = new FileDescriptorProto { Name = "shop.proto", Package = "shop.v1", Syntax = "proto3" };
        var item = new DescriptorProto { Name = "Item" };
        item.Field.Add(new FieldDescriptorProto
        {
            Name = "name", JsonName = "name", Number = 1, Type = FieldDescriptorProto.Types.Type.String, Label = FieldDescriptorProto.Types.Label.Optional,
        });
        file.MessageType.Add(item);
        var service = new ServiceDescriptorProto { Name = "Shop" };
        foreach (var (name, asks, answers) in new[] { ("Get", false, false), ("Watch", false, true), ("Upload", true, false), ("Chat", true, true) })
        {
            service.Method.Add(new MethodDescriptorProto { Name = name, InputType = ".shop.v1.Item", OutputType = ".shop.v1.Item", ClientStreaming = asks, ServerStreaming = answers });
        }

        file.Service.Add(service);
        return new FileDescriptorSet { File = { file } }.ToByteArray();
    }
}
