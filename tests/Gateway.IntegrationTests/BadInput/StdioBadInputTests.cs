using System.Net;
using System.Text;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;
using Grpc.Core;
using Grpc.Net.Client;
using Samples.Library.V1;

namespace Gateway.IntegrationTests.BadInput;

/// <summary>Programs that misbehave: what the client sees, and that no process is left.</summary>
public sealed class StdioBadInputTests(BadInputFixture fixture) : GatewayTest<BadInputFixture>(fixture)
{
    [Fact]
    public async Task ProcessThatCannotStart_Is503()
    {
        Gateway.Log.Expect("no process could be started");
        var status = (await Gateway.Http1.AskAsync(HttpMethod.Get, "/broken")).AssertStatus(HttpStatusCode.ServiceUnavailable, 14);
        Assert.DoesNotContain(Fixture.Files, status.Message());
    }

    [Fact]
    public async Task ProcessThatExitsEarly_GivesTheStatusOfItsCode()
    {
        var body = new StringContent("never read\n", Encoding.UTF8, "text/plain");
        (await Gateway.Http1.AskAsync(HttpMethod.Post, "/early", body)).AssertStatus(HttpStatusCode.BadRequest, 3);
    }

    [Fact]
    public async Task ProcessThatTellsItsStatus_IsBelieved()
    {
        var status = (await Gateway.Http1.AskAsync(HttpMethod.Get, "/told")).AssertStatus(HttpStatusCode.BadRequest, 9);
        Assert.Equal("not now", status.Message());
    }

    [Fact]
    public async Task ProcessThatFloodsStderr_StillAnswers()
    {
        var (response, body) = await Gateway.Http1.AskAsync(HttpMethod.Get, "/flood", null, ("Accept", "text/plain"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("done\n", body);
    }

    [Fact]
    public async Task LineWithoutEnd_IsRefusedAtItsLimit() =>
        (await Gateway.Http1.AskAsync(HttpMethod.Get, "/flood-line")).AssertStatus(HttpStatusCode.BadGateway, 8);

    [Theory]
    [InlineData("/endless")]
    [InlineData("/hang")]
    [InlineData("/ignore")]
    public async Task ProcessThatNeverEnds_IsStoppedWhenTheClientLeaves(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept", "text/plain" } } };
        var response = await Gateway.Http1.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Wait.Token());
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.NotNull(await reader.ReadLineAsync(Wait.Token()));
        Assert.NotEmpty(ChildProcesses.List());
        response.Dispose();
        await ChildProcesses.AssertNoneAsync();
    }

    [Fact]
    public async Task ProcessThatNeverAnswers_EndsAtTheDeadline()
    {
        var (response, body) = await Gateway.Http1.AskAsync(HttpMethod.Get, "/hang", null, ("Accept", "application/x-ndjson"), ("x-server-timeout", "0.5"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("{\"error\":{\"code\":4,", body);
    }

    [Fact]
    public async Task OutputThatIsNotUtf8_IsNeverSentAsText()
    {
        using var socket = await WebSocketClient.ConnectAsync(Gateway.Address("/binary", "ws"));
        Assert.Equal("fine", await socket.ReadTextAsync());
        Assert.True(socket.WasText);
        // Bytes that are no text are no text message: they come as they are, and say so.
        Assert.Equal([0xff, 0xfe], (await socket.ReadAsync())!.Value.ToArray());
        Assert.False(socket.WasText);
        Assert.Null(await socket.ReadAsync());
        Assert.Equal(1000, socket.CloseCode);
    }

    [Fact]
    public async Task OutputThatIsNotUtf8_BreaksNoEventStream()
    {
        using var response = await Gateway.Http1.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/binary") { Headers = { { "Accept", "text/event-stream" } } }, Wait.Token());
        var bytes = await response.Content.ReadAsByteArrayAsync(Wait.Token());
        // Decodes without a replacement character, as EventSource must.
        Assert.DoesNotContain('\ufffd', new UTF8Encoding(false).GetString(bytes));
        Assert.Contains("data: fine", Encoding.UTF8.GetString(bytes));
    }

    [Fact]
    public async Task LineWithACarriageReturn_StaysOneEvent()
    {
        using var response = await Gateway.Http1.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/garbage") { Headers = { { "Accept", "text/event-stream" } } }, Wait.Token());
        var events = new SseEvents(await response.Content.ReadAsStreamAsync());
        Assert.Equal("a\nb", (await events.ReadAsync(Wait.Token()))!.Data);
        Assert.Equal("", (await events.ReadAsync(Wait.Token()))!.Data);
        Assert.Equal("last", (await events.ReadAsync(Wait.Token()))!.Data);
        Assert.Equal("end", (await events.ReadAsync(Wait.Token()))!.Name);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/event-stream")]
    public async Task OutputThatIsNotJson_IsTheBackendsFault(string accept) =>
        (await Gateway.Http1.AskAsync(HttpMethod.Post, "/v1/behaviours:echo", Answers.Json("{}"), ("x-rig", "garbage"), ("Accept", accept)))
            .AssertStatus(HttpStatusCode.BadGateway, 13);

    [Fact]
    public async Task OutputThatIsNotJson_IsInternalToGrpc()
    {
        using var channel = GrpcChannel.ForAddress(Gateway.Url);
        var client = new Behaviours.BehavioursClient(channel);
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
            await client.EchoAsync(new EchoRequest(), new Metadata { { "x-rig", "garbage" } }, cancellationToken: Wait.Token()));
        Assert.Equal(StatusCode.Internal, error.StatusCode);
    }

    [Fact]
    public async Task JsonOfLaterMessages_IsHeldToTheSchemaToo()
    {
        using var socket = await WebSocketClient.ConnectAsync(
            Gateway.Address("/library.v1.Behaviours/Collect", "ws"), static options => options.SetRequestHeader("x-rig", "small-stdio"));
        await socket.SendTextAsync("{\"text\":\n\"two lines, one message\"}");
        await socket.SendTextAsync("{\"tekst\":\"b\"}");
        Assert.Contains("tekst", await socket.ReadTextAsync());
        Assert.Null(await socket.ReadTextAsync());
        Assert.Equal(4400, socket.CloseCode);
    }

    [Fact]
    public async Task GrpcMessageTooLarge_IsResourceExhausted()
    {
        using var channel = GrpcChannel.ForAddress(Gateway.Url);
        var client = new Behaviours.BehavioursClient(channel);
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
            await client.EchoAsync(new EchoRequest { Text = new string('x', 5000) }, new Metadata { { "x-rig", "small-stdio" } }, cancellationToken: Wait.Token()));
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }

    [Fact]
    public async Task GrpcToAnUnreachableBackend_IsUnavailable()
    {
        using var channel = GrpcChannel.ForAddress(Gateway.Url);
        var client = new Behaviours.BehavioursClient(channel);
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
            await client.EchoAsync(new EchoRequest(), new Metadata { { "x-rig", "dead" } }, cancellationToken: Wait.Token()));
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Equal("The backend cannot be reached.", error.Status.Detail);
    }

    [Fact]
    public async Task GrpcMethodNobodyServes_IsUnimplemented()
    {
        using var channel = GrpcChannel.ForAddress(Gateway.Url);
        var client = new Library.LibraryClient(channel);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await client.GetBookAsync(new GetBookRequest(), cancellationToken: Wait.Token()));
        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
    }

    [Fact]
    public async Task ManyLines_BothWaysAtOnce_DoNotDeadlock()
    {
        var line = new string('y', 1000) + "\n";
        var body = new StringContent(string.Concat(Enumerable.Repeat(line, 1000)), Encoding.UTF8, "text/plain");
        var (response, answer) = await Gateway.Http1.AskAsync(HttpMethod.Post, "/echo", body, ("Accept", "text/plain"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1_001_000, answer.Length);
    }

    [Fact]
    public async Task Curl_TalksToAProcess()
    {
        var output = await Programs.RunAsync("curl", "-sN", "-H", "Content-Type: text/plain", "-H", "Accept: text/plain", "--data-binary", "so it goes\nand so on\n", Gateway.Address("/echo").ToString());
        Assert.Equal("so it goes\nand so on\n", output);
    }
}
