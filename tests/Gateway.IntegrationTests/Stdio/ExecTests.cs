using System.Net;
using System.Text;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;
using Grpc.Core;
using Grpc.Net.Client;
using Samples.Library.V1;

namespace Gateway.IntegrationTests.Stdio;

/// <summary>Programs that are run once for each call, by gRPC and plain HTTP. Source: PROTOCOLS §10.7 cells 4, 8 and 12.</summary>
public sealed class ExecTests(ProcessesFixture fixture) : GatewayTest<ProcessesFixture>(fixture)
{
    [Fact]
    public async Task Output_IsTheOneAnswer_AndTheMethodAnArgument()
    {
        Assert.Equal("library.v1.Behaviours/Echo", (await EchoAsync("exec", new EchoRequest())).Text);
        var (response, body) = await Gateway.Http1.AskAsync(HttpMethod.Post, "/v1/behaviours:echo", Answers.Json("{}"), ("x-rig", "exec"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("{\"text\":\"library.v1.Behaviours/Echo\"}", body);
    }

    [Theory]
    [InlineData("some")]
    [InlineData("")]
    public async Task ProtobufCodec_PassesTheBytes_AndNothingIsAMessage(string key) =>
        Assert.Equal(key, (await EchoAsync("exec-proto", new EchoRequest { Key = key })).Payload.ToStringUtf8());

    [Fact]
    public async Task LargeMessage_ThatIsAnsweredWhileItIsRead_DoesNotDeadlock()
    {
        var key = new string('x', 1_000_000);
        Assert.Equal(key, (await EchoAsync("exec-proto", new EchoRequest { Key = key })).Payload.ToStringUtf8());
    }

    [Fact]
    public async Task StatusOnStderr_WinsWithItsDetails()
    {
        var error = await FailAsync("exec-told");
        Assert.Equal(StatusCode.NotFound, error.StatusCode);
        Assert.Equal("no item a", error.Status.Detail);
        var details = Google.Rpc.Status.Parser.ParseFrom(error.Trailers.GetValueBytes("grpc-status-details-bin"));
        Assert.Equal("GONE", details.Details[0].Unpack<Google.Rpc.ErrorInfo>().Reason);
    }

    [Theory]
    [InlineData("exec-stdout", StatusCode.PermissionDenied, "not yours")]
    [InlineData("exec-map", StatusCode.NotFound, "process exited 3")]
    [InlineData("exec-buf", StatusCode.NotFound, "process exited 40")]
    public async Task StatusOnStdout_AndExitCodes(string rig, StatusCode code, string message)
    {
        var error = await FailAsync(rig);
        Assert.Equal(code, error.StatusCode);
        Assert.Equal(message, error.Status.Detail);
    }

    [Fact]
    public async Task Metadata_ReachesTheProcessWhenItIsNamed_AndNothingElseDoes()
    {
        var metadata = new Metadata
        {
            { "x-rig", "environment" }, { "x-team", "red" }, { "x-many-a", "1" }, { "x-many-a", "2" }, { "x-many_b", "forged" },
            { "x-other", "hidden" }, { "authorization", "Bearer secret" },
        };
        using var channel = GrpcChannel.ForAddress(Gateway.Url);
        var reply = await new Behaviours.BehavioursClient(channel).EchoAsync(
            new EchoRequest(), metadata, DateTime.UtcNow.AddSeconds(15), Wait.Token());
        var variables = reply.Text.Split(';', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("GW_MD_X_TEAM=red", variables);
        Assert.Contains("GW_MD_X_MANY_A=1, 2", variables);
        Assert.Contains("GATEWAY_METHOD=library.v1.Behaviours/Echo", variables);
        var left = int.Parse(Assert.Single(variables, static v => v.StartsWith("GW_DEADLINE_MS=", StringComparison.Ordinal))["GW_DEADLINE_MS=".Length..]);
        Assert.InRange(left, 1, 15_000);
        Assert.Equal(32, Assert.Single(variables, static v => v.StartsWith("GW_CALL_ID=", StringComparison.Ordinal))["GW_CALL_ID=".Length..].Length);

        // PWD, SHLVL and _ are the shell's own.
        string[] known = ["GW_MD_X_TEAM", "GW_MD_X_MANY_A", "GATEWAY_METHOD", "GW_DEADLINE_MS", "GW_CALL_ID", "PATH", "PWD", "OLDPWD", "SHLVL", "_", "TRACEPARENT", "TRACESTATE"];
        Assert.All(variables, v => Assert.Contains(v[..v.IndexOf('=', StringComparison.Ordinal)], known));
    }

    [Fact]
    public async Task MoreMetadataThanAProcessGets_IsRefused()
    {
        var metadata = new Metadata { { "x-rig", "environment" }, { "x-team", "red" } };
        for (var i = 0; i < 8; i++)
        {
            metadata.Add($"x-many-{i}", new string('x', 3000));
        }

        // Within the bound it passes whole: nothing is cut.
        using var channel = GrpcChannel.ForAddress(Gateway.Url);
        var reply = await new Behaviours.BehavioursClient(channel).EchoAsync(new EchoRequest(), metadata, cancellationToken: Wait.Token());
        Assert.Contains("GW_MD_X_MANY_7=" + new string('x', 3000), reply.Text);
    }

    [Fact]
    public async Task RawOutput_IsTheBody()
    {
        var (response, body) = await Gateway.Http1.AskAsync(HttpMethod.Post, "/raw", new StringContent("as\0is\n"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("as\0is\n", body);
    }

    [Fact]
    public async Task FailureAfterRawOutput_BreaksOff_AndTheTypeIsTheConfiguredOne()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/typed") { Content = new StringContent("a,b\n") };
        using var response = await Gateway.Http1.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Wait.Token());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/csv", response.Content.Headers.ContentType?.ToString());
        await using var body = await response.Content.ReadAsStreamAsync(Wait.Token());
        await body.ReadExactlyAsync(new byte[4], Wait.Token());
        await File.WriteAllTextAsync(Fixture.Fifo, "go\n");
        await Assert.ThrowsAnyAsync<IOException>(() => body.ReadAsync(new byte[1], Wait.Token()).AsTask());
    }

    [Fact]
    public async Task SerializedOutput_HasTheStatusOfItsExit()
    {
        var (response, body) = await Gateway.Http1.AskAsync(HttpMethod.Post, "/serialized?exit=0", new StringContent("a,b\n"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/csv", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("a,b\n", body);
        (await Gateway.Http1.AskAsync(HttpMethod.Post, "/serialized?exit=77", new StringContent("a,b\n"))).AssertStatus(HttpStatusCode.Forbidden, 7);
        var status = (await Gateway.Http1.AskAsync(HttpMethod.Post, "/serialized?exit=1", new StringContent("{\"code\":9,\"message\":\"not now\"}")))
            .AssertStatus(HttpStatusCode.BadRequest, 9);
        Assert.Equal("not now", status.Message());
        (await Gateway.Http1.AskAsync(HttpMethod.Post, "/serialized?exit=0", new ByteArrayContent(new byte[1024 * 1024 + 1]))).AssertStatus(HttpStatusCode.BadGateway, 8);
    }

    [Theory]
    [InlineData("/arguments?unit=a&name=b", "--unit=a|b|red|{method}|{ .a }|")]
    [InlineData("/arguments?unit=-x%20%24(id)", "--unit=-x $(id)|red|{method}|{ .a }|")]
    [InlineData("/arguments", "red|{method}|{ .a }|")]
    public async Task Arguments_HoldValuesOfTheCall(string path, string expected)
    {
        var (response, body) = await Gateway.Http1.AskAsync(HttpMethod.Get, path, null, ("x-team", "red"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(expected, body);
    }

    [Theory]
    [InlineData("/arguments?name=--delete")]
    [InlineData("/arguments?name=a%00b")]
    public async Task ValueThatWouldBeAnOption_IsRefused(string path) =>
        (await Gateway.Http1.AskAsync(HttpMethod.Get, path)).AssertStatus(HttpStatusCode.BadRequest, 3);

    [Theory]
    [InlineData("chat-ndjson")]
    [InlineData("chat-lsp")]
    [InlineData("chat-len32")]
    [InlineData("chat-varint")]
    [InlineData("chat-json-seq")]
    [InlineData("chat-len32-proto")]
    [InlineData("chat-varint-proto")]
    public async Task EveryFraming_CarriesMessagesBothWays(string rig)
    {
        using var channel = GrpcChannel.ForAddress(Gateway.Url);
        using var call = new Behaviours.BehavioursClient(channel).Chat(new Metadata { { "x-rig", rig } }, cancellationToken: Wait.Token());
        foreach (var text in new[] { "one", "", "line\nbreak \u001e é", new string('x', 200_000) })
        {
            await call.RequestStream.WriteAsync(new ChatMessage { Text = text }, Wait.Token());
            Assert.True(await call.ResponseStream.MoveNext(Wait.Token()));
            Assert.Equal(text, call.ResponseStream.Current.Text);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Wait.Token()));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Len32_CarriesBinarySocketMessages_AndBodiesWhole()
    {
        using var socket = await WebSocketClient.ConnectAsync(Gateway.Address("/len32", "ws"));
        foreach (var bytes in new byte[][] { [0, 10, 255], [], new byte[70_000] })
        {
            await socket.SendBinaryAsync(bytes);
            Assert.Equal(bytes, (await socket.ReadAsync())!.Value.ToArray());
        }

        await socket.CloseAsync();
        var (response, body) = await Gateway.Http1.AskAsync(HttpMethod.Post, "/len32", new StringContent(new string('y', 100_000), Encoding.UTF8, "application/octet-stream"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(100_000, body.Length);
    }

    private async Task<EchoReply> EchoAsync(string rig, EchoRequest request)
    {
        using var channel = GrpcChannel.ForAddress(Gateway.Url);
        return await new Behaviours.BehavioursClient(channel).EchoAsync(request, new Metadata { { "x-rig", rig } }, cancellationToken: Wait.Token());
    }

    private Task<RpcException> FailAsync(string rig) => Assert.ThrowsAsync<RpcException>(() => EchoAsync(rig, new EchoRequest()));
}
