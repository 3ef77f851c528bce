using System.Net;
using System.Text.Json;
using Gateway.IntegrationTests.Hosting;
using Grpc.Core;
using Grpc.Net.Client;
using Samples.Library.V1;

namespace Gateway.IntegrationTests.Stdio;

/// <summary>Processes that speak JSON-RPC, in both framings. Source: PROTOCOLS §10.2, §10.4.</summary>
public sealed class JsonRpcTests(ProcessesFixture fixture) : GatewayTest<ProcessesFixture>(fixture)
{
    public static TheoryData<string> Rigs { get; } = ["jsonrpc", "jsonrpc-lsp"];

    [Theory]
    [MemberData(nameof(Rigs))]
    public async Task Unary_IsARequestAndItsResult(string rig)
    {
        using var channel = GrpcChannel.ForAddress(Gateway.Url);
        var reply = await Client(channel).EchoAsync(new EchoRequest { Text = "hé\n" }, Rig(rig), cancellationToken: Wait.Token());
        Assert.Equal("library.v1.Behaviours/Echo:hé\n", reply.Text);
    }

    [Theory]
    [InlineData("bad", StatusCode.InvalidArgument, "a must be >1")]
    [InlineData("data", StatusCode.NotFound, "no item a")]
    [InlineData("die", StatusCode.Unavailable, "process exited 75")]
    [InlineData("leave", StatusCode.Internal, "The process ended without answering the request.")]
    public async Task Error_IsAStatus(string text, StatusCode code, string message)
    {
        using var channel = GrpcChannel.ForAddress(Gateway.Url);
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
            await Client(channel).EchoAsync(new EchoRequest { Text = text }, Rig("jsonrpc"), cancellationToken: Wait.Token()));
        Assert.Equal(code, error.StatusCode);
        Assert.Equal(message, error.Status.Detail);
    }

    [Fact]
    public async Task OutputThatIsNoJsonRpc_IsTheProcessesFault() =>
        (await Gateway.Http1.AskAsync(HttpMethod.Post, "/v1/behaviours:echo", Answers.Json("{\"text\":\"garbage\"}"), ("x-rig", "jsonrpc")))
            .AssertStatus(HttpStatusCode.BadGateway, 13);

    [Fact]
    public async Task RequestsOfTheProcess_AreRefused_AndOtherAnswersPassedOver()
    {
        using var channel = GrpcChannel.ForAddress(Gateway.Url);
        Assert.Equal("asked", (await Client(channel).EchoAsync(new EchoRequest { Text = "ask" }, Rig("jsonrpc"), cancellationToken: Wait.Token())).Text);
    }

    [Theory]
    [MemberData(nameof(Rigs))]
    public async Task ServerStream_IsNotificationsAndAnEnd(string rig)
    {
        using var channel = GrpcChannel.ForAddress(Gateway.Url);
        using var call = Client(channel).Stream(new StreamRequest { Count = 3 }, Rig(rig), cancellationToken: Wait.Token());
        Assert.Equal([0, 1, 2], await call.ResponseStream.ReadAllAsync(Wait.Token()).Select(static m => m.Index).ToListAsync());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task ServerStream_FailsAfterItsMessages()
    {
        using var channel = GrpcChannel.ForAddress(Gateway.Url);
        using var call = Client(channel).Stream(new StreamRequest { Count = 1, Size = 1 }, Rig("jsonrpc"), cancellationToken: Wait.Token());
        Assert.True(await call.ResponseStream.MoveNext(Wait.Token()));
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Wait.Token()));
        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Rigs))]
    public async Task ClientStream_IsNotificationsAndAHalfClose(string rig)
    {
        using var channel = GrpcChannel.ForAddress(Gateway.Url);
        using var call = Client(channel).Collect(Rig(rig), cancellationToken: Wait.Token());
        await call.RequestStream.WriteAsync(new CollectRequest { Text = "a" }, Wait.Token());
        await call.RequestStream.WriteAsync(new CollectRequest { Text = "b" }, Wait.Token());
        await call.RequestStream.CompleteAsync();
        var reply = await call;
        Assert.Equal(2, reply.Count);
        Assert.Equal(["a", "b"], reply.Texts);
    }

    [Fact]
    public async Task Duplex_GoesBothWays()
    {
        using var channel = GrpcChannel.ForAddress(Gateway.Url);
        using var call = Client(channel).Chat(Rig("jsonrpc"), cancellationToken: Wait.Token());
        foreach (var text in new[] { "one", "two" })
        {
            await call.RequestStream.WriteAsync(new ChatMessage { Text = text }, Wait.Token());
            Assert.True(await call.ResponseStream.MoveNext(Wait.Token()));
            Assert.Equal(text, call.ResponseStream.Current.Text);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Wait.Token()));
    }

    [Fact]
    public async Task Cancellation_IsSaidBeforeTheProcessIsStopped()
    {
        using var channel = GrpcChannel.ForAddress(Gateway.Url);
        using var stop = new CancellationTokenSource();
        var call = Client(channel).HangAsync(new HangRequest(), Rig("jsonrpc"), cancellationToken: stop.Token);
        await Wait.UntilAsync(static () => ChildProcesses.List().Count != 0, "the process runs");
        await stop.CancelAsync();
        await Assert.ThrowsAsync<RpcException>(async () => await call);
        await Wait.UntilAsync(() => File.Exists(Fixture.Mark) && File.ReadAllText(Fixture.Mark) == "cancelled 1", "the process hears of it");
    }

    [Fact]
    public async Task WithoutASchema_ThePathNamesTheMethod_AndTheResultIsTheAnswer()
    {
        var (response, body) = await Gateway.Http1.AskAsync(HttpMethod.Post, "/rpc/build?x=1", Answers.Json("{\"a\":\n1}"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse("{\"method\":\"build\",\"params\":{\"a\":1}}").RootElement, JsonDocument.Parse(body).RootElement), body);
        (await Gateway.Http1.AskAsync(HttpMethod.Post, "/rpc/build", Answers.Json("{\"text\":\"bad\"}"))).AssertStatus(HttpStatusCode.BadRequest, 3);
    }

    [Theory]
    [InlineData("{\"a\":1},\"id\":2,\"x\":{}")]
    [InlineData("{\"a\":")]
    [InlineData("{} {}")]
    public async Task WhatIsNotOneJsonValue_NeverEntersARequest(string body) =>
        (await Gateway.Http1.AskAsync(HttpMethod.Post, "/rpc/build", Answers.Json(body))).AssertStatus(HttpStatusCode.BadRequest, 3);

    private static Behaviours.BehavioursClient Client(GrpcChannel channel) => new(channel);

    private static Metadata Rig(string name) => new() { { "x-rig", name } };
}
