using System.Text.Json;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Foreign;

/// <summary>@grpc/grpc-js as the client, before servers of every protocol: grpc-js, ws, Python's http.server (REST and SSE), nginx, shell tools.</summary>
[Collection(nameof(ForeignFixture))]
public sealed class GrpcJsClientTests(ForeignFixture fixture) : ForeignTest(fixture)
{
    private const string Grpc = "npm:@grpc/grpc-js";

    [NeedsTheory(Grpc, "python3", "jq")]
    [InlineData("grpc")]
    [InlineData("ws")]
    [InlineData("http")]
    [InlineData("sse")]
    [InlineData("stdio")]
    public async Task Unary_IsAnsweredWithItsMetadata(string backend)
    {
        await using var call = await Fixture.CallAsync(backend, "Echo");
        await call.SendAsync("""{"text":"grüße"}""");
        var messages = await call.ToEndAsync();
        call.AssertOk();
        var message = Assert.Single(messages);
        Assert.Equal("grüße", message.GetProperty("text").GetString());
        Assert.Contains(message.GetProperty("metadata").EnumerateArray(),
            static entry => entry.GetProperty("key").GetString() == "x-team" && entry.GetProperty("value").GetString() == "red");
    }

    [NeedsTheory(Grpc, "python3", "jq")]
    [InlineData("grpc")]
    [InlineData("ws")]
    [InlineData("http")]
    [InlineData("sse")]
    [InlineData("stdio")]
    public async Task ServerStream_ComesMessageByMessage(string backend)
    {
        await using var call = await Fixture.CallAsync(backend, "Stream");
        await call.SendAsync("""{"count":3}""");
        var messages = await call.ToEndAsync();
        call.AssertOk();
        Assert.Equal(3, messages.Count);
        Assert.Equal("3", messages[2].GetProperty("index").GetString());
    }

    [NeedsTheory(Grpc, "python3", "jq")]
    [InlineData("grpc")]
    [InlineData("ws")]
    [InlineData("http")]
    [InlineData("stdio")]
    public async Task ClientStream_IsCountedAtItsHalfClose(string backend)
    {
        await using var call = await Fixture.CallAsync(backend, "Collect");
        await call.SendAsync("""{"text":"a"}""");
        await call.SendAsync("""{"text":"b"}""");
        await call.HalfCloseAsync();
        var messages = await call.ToEndAsync();
        call.AssertOk();
        Assert.Equal("2", Assert.Single(messages).GetProperty("count").GetString());
    }

    [NeedsTheory(Grpc, "python3", "jq")]
    [InlineData("grpc", "")]
    [InlineData("ws", "")]
    [InlineData("http", "")]
    [InlineData("stdio", "")]
    [InlineData("grpc", ",\"gzip\":true")]
    [InlineData("ws", ",\"gzip\":true")]
    [InlineData("http", ",\"gzip\":true")]
    [InlineData("stdio", ",\"gzip\":true")]
    public async Task LargeMessage_ComesBackWhole(string backend, string more)
    {
        var text = string.Concat(Enumerable.Repeat("Der Gürtel und die Schürze. ", 10_000));
        await using var call = await Fixture.CallAsync(backend, "Echo", more);
        await call.SendAsync($$"""{"text":"{{text}}"}""");
        Assert.Equal(text, (await call.MessageAsync()).GetProperty("text").GetString());
        await call.ToEndAsync();
        call.AssertOk();
    }

    [NeedsTheory(Grpc, "python3", "jq")]
    [InlineData("grpc", "{0}")]
    [InlineData("ws", "{0}")]
    [InlineData("stdio", "<{0}>")]
    public async Task Duplex_GoesBackAndForth(string backend, string answer)
    {
        await using var call = await Fixture.CallAsync(backend, "Chat");
        foreach (var text in (string[])["one", "two"])
        {
            await call.SendAsync($$"""{"text":"{{text}}"}""");
            Assert.Equal(string.Format(null, answer, text), (await call.MessageAsync()).GetProperty("text").GetString());
        }

        await call.HalfCloseAsync();
        await call.ToEndAsync();
        call.AssertOk();
    }

    [NeedsTheory(Grpc, "python3")]
    [InlineData("http", "Chat")]
    [InlineData("sse", "Chat")]
    [InlineData("sse", "Collect")]
    public async Task ShapeThatTheServerCannotTake_IsUnimplemented(string backend, string method)
    {
        await using var call = await Fixture.CallAsync(backend, method);
        await call.SendAsync("""{"text":"a"}""");
        await call.ToEndAsync();
        Assert.Equal(12, call.Status);
    }

    [NeedsTheory(Grpc, "python3", "jq")]
    [InlineData("grpc", "gone")]
    [InlineData("ws", "no such book")]
    [InlineData("http", "no such book")]
    [InlineData("sse", "no such book")]
    [InlineData("stdio", "no such book")]
    public async Task Failure_ComesWithItsDetails(string backend, string message)
    {
        await using var call = await Fixture.CallAsync(backend, "Fail");
        await call.SendAsync("{}");
        await call.ToEndAsync();
        Assert.Equal(5, call.Status);
        Assert.Equal(message, call.End.GetProperty("details").GetString());
        Assert.Equal("google.rpc.ErrorInfo", Assert.Single(call.End.GetProperty("kinds").EnumerateArray()).GetString());
    }

    [NeedsTheory(Grpc, "python3", "jq")]
    [InlineData("grpc")]
    [InlineData("ws")]
    [InlineData("http")]
    [InlineData("stdio")]
    public async Task Deadline_EndsTheCallOnBothSides(string backend)
    {
        await using var call = await Fixture.CallAsync(backend, "Hang", ",\"timeoutMs\":1500");
        await call.SendAsync("{}");
        await BeganAsync(backend);
        await call.ToEndAsync();
        Assert.Equal(4, call.Status);
        await LeftAsync(backend);
    }

    [NeedsTheory(Grpc, "python3", "jq")]
    [InlineData("grpc")]
    [InlineData("ws")]
    [InlineData("http")]
    public async Task Cancel_ReachesTheServer(string backend)
    {
        await using var call = await Fixture.CallAsync(backend, "Hang");
        await call.SendAsync("{}");
        await BeganAsync(backend);
        await call.CancelAsync();
        await call.ToEndAsync();
        Assert.Equal(1, call.Status);
        await LeftAsync(backend);
    }

    [NeedsFact(Grpc, "nginx")]
    public async Task Nginx_AnswersAUnaryCall()
    {
        await using var call = await Fixture.CallAsync("nginx", "Echo");
        await call.SendAsync("{}");
        var messages = await call.ToEndAsync();
        call.AssertOk();
        Assert.Equal("from nginx", Assert.Single(messages).GetProperty("text").GetString());
    }

    [NeedsFact(Grpc, "nginx")]
    public async Task NginxThatIsBusy_IsUnavailableWithTheTimeToComeBack()
    {
        await using var call = await Fixture.CallAsync("nginx", "Fail");
        await call.SendAsync("{}");
        await call.ToEndAsync();
        Assert.Equal(14, call.Status);
        Assert.Equal("closed for today", call.End.GetProperty("details").GetString());
        Assert.Equal("7000", call.End.GetProperty("trailers").GetProperty("grpc-retry-pushback-ms").GetString());
    }

    [NeedsFact(Grpc, "nginx")]
    public async Task PageThatIsNoJson_IsNotFound()
    {
        await using var call = await Fixture.CallAsync("nginx", "Hang");
        await call.SendAsync("{}");
        // nginx answers 404 with a page of HTML: the status counts.
        await call.ToEndAsync();
        Assert.Equal(5, call.Status);
    }

    /// <summary>The server has the call.</summary>
    private Task BeganAsync(string backend) => backend == "http"
        ? Fixture.Python.ReadUntilAsync("began /v1/behaviours:hang")
        : backend == "stdio" ? ChildProcesses.UntilOneIsAsync("sleep") : Fixture.Node.ReadUntilAsync($$"""{"began":"{{backend}}"}""");

    /// <summary>The server has learnt that its client is gone.</summary>
    private Task LeftAsync(string backend) => backend switch
    {
        "grpc" => Fixture.Node.ReadUntilAsync("""{"cancelled":"Hang"}"""),
        "ws" => Fixture.Node.ReadUntilAsync("""{"closed":"/library.v1.Behaviours/Hang","code":1001}"""),
        "http" => Fixture.Python.ReadUntilAsync("left /v1/behaviours:hang"),
        _ => ChildProcesses.AssertNoneOfAsync("sleep"),
    };
}
