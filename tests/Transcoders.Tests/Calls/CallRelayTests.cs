using Transcoders.Calls;

namespace Transcoders.Tests.Calls;

public sealed class CallRelayTests : IDisposable
{
    private static readonly CallStatus NotFound = new(StatusCode.NotFound, "no book") { Origin = StatusOrigin.Backend };
    private static readonly CallStatus Malformed = new(StatusCode.InvalidArgument, "message 2: not JSON") { Origin = StatusOrigin.Client };

    private readonly Script _script = new();
    private readonly CallTally _tally = new();
    private readonly CallLifetime _lifetime = new(CancellationToken.None, default, TimeProvider.System);

    public void Dispose() => _lifetime.Dispose();

    [Fact]
    public async Task Unary_OneRequestOneAnswer_NoFlush()
    {
        var result = await RunAsync(Client(CallShape.Unary).Sends("ask").AndHalfCloses(), Backend().Answers("answer", CallStatus.Ok));

        Assert.Same(CallStatus.Ok, result.Status);
        Assert.Null(result.Surprise);
        Assert.Equal(["to backend: ask, last", "head", "to client: answer"], _script.Lines);
        Assert.Equal((1, 3, 1, 6), (_tally.RequestMessages, _tally.RequestBytes, _tally.ResponseMessages, _tally.ResponseBytes));
        Assert.Equal(2, _tally.Activity);
    }

    [Fact]
    public async Task Unary_NoRequest_IsTheClientsFault()
    {
        var result = await RunAsync(Client(CallShape.Unary).AndHalfCloses(), Backend());

        Assert.Equal(StatusCode.InvalidArgument, result.Status.Code);
        Assert.Equal(StatusOrigin.Client, result.Status.Origin);
        Assert.Empty(_script.Lines);
    }

    [Theory]
    [InlineData(CallShape.Unary)]
    [InlineData(CallShape.ClientStreaming)]
    public async Task OneAnswer_ThatDoesNotCome_IsInternal(CallShape shape)
    {
        var result = await RunAsync(Client(shape).Sends("ask").AndHalfCloses(), Backend().Answers(CallStatus.Ok));

        Assert.Equal(StatusCode.Internal, result.Status.Code);
        Assert.Equal(502, result.Status.HttpStatus);
    }

    [Theory]
    [InlineData(CallShape.Unary)]
    [InlineData(CallShape.ClientStreaming)]
    public async Task TwoAnswers_AreInternal_AndNoneIsShown(CallShape shape)
    {
        var result = await RunAsync(Client(shape).Sends("ask").AndHalfCloses(), Backend().Answers("one", "two", CallStatus.Ok));

        Assert.Equal(StatusCode.Internal, result.Status.Code);
        Assert.DoesNotContain("to client: one", _script.Lines);
    }

    [Theory]
    [InlineData(CallShape.Unary)]
    [InlineData(CallShape.ClientStreaming)]
    public async Task FailureAfterTheAnswer_IsTheStatus_AndTheAnswerIsNotShown(CallShape shape)
    {
        var result = await RunAsync(Client(shape).Sends("ask").AndHalfCloses(), Backend().Answers("answer", NotFound));

        Assert.Same(NotFound, result.Status);
        Assert.DoesNotContain("to client: answer", _script.Lines);
    }

    [Theory]
    [InlineData(CallShape.Unary)]
    [InlineData(CallShape.ServerStreaming)]
    [InlineData(CallShape.ClientStreaming)]
    [InlineData(CallShape.Duplex)]
    public async Task FailureWithoutAnswer_IsTheStatus(CallShape shape)
    {
        var result = await RunAsync(Client(shape).Sends("ask").AndHalfCloses(), Backend().Answers(NotFound));

        Assert.Same(NotFound, result.Status);
    }

    [Theory]
    [InlineData(CallShape.Unary)]
    [InlineData(CallShape.ServerStreaming)]
    [InlineData(CallShape.ClientStreaming)]
    [InlineData(CallShape.Duplex)]
    public async Task BackendThatTakesNoMessage_DecidesTheStatus(CallShape shape)
    {
        var backend = new FakeClientCall(_script) { WriteFailure = new IOException("gone") };

        var result = await RunAsync(Client(shape).Sends("ask").AndHalfCloses(), backend.Answers(NotFound));

        Assert.Same(NotFound, result.Status);
        Assert.Null(result.Surprise);
    }

    [Fact]
    public async Task ClientStream_IsHalfClosedAfterItsLast()
    {
        var result = await RunAsync(Client(CallShape.ClientStreaming).Sends("a", "b").AndHalfCloses(), Backend().Answers("sum", CallStatus.Ok));

        Assert.True(result.Status.IsOk);
        Assert.Equal(["to backend: a", "to backend: b", "half-close", "head", "to client: sum"], _script.Lines.Where(l => l is not "flush backend"));
        Assert.Equal(2, _tally.RequestMessages);
    }

    [Fact]
    public async Task ClientStream_IsFlushedBeforeItWaits()
    {
        var client = Client(CallShape.ClientStreaming).Sends("a", "b");
        var backend = Backend();
        var running = RunAsync(client, backend);

        await _script.SeenAsync("flush backend");
        Assert.Equal(["to backend: a", "to backend: b", "flush backend"], _script.Lines);
        client.AndHalfCloses();
        await _script.SeenAsync("half-close");
        backend.Answers("sum", CallStatus.Ok);

        Assert.True((await running).Status.IsOk);
    }

    [Fact]
    public async Task ServerStream_LeavesTogether_AndIsFlushedBeforeItWaits()
    {
        var backend = Backend().Answers("1", "2");
        var running = RunAsync(Client(CallShape.ServerStreaming).Sends("ask"), backend);

        await _script.SeenAsync("flush client");
        Assert.Equal(["to backend: ask, last", "head", "to client: 1", "to client: 2", "flush client"], _script.Lines);
        backend.Answers("3", CallStatus.Ok);

        Assert.True((await running).Status.IsOk);
        Assert.Equal(3, _tally.ResponseMessages);
    }

    [Fact]
    public async Task Duplex_GoesBackAndForth()
    {
        var client = Client(CallShape.Duplex);
        var backend = Backend();
        var running = RunAsync(client, backend);
        for (var i = 0; i < 20; i++)
        {
            client.Sends("ping" + i);
            await _script.SeenAsync("to backend: ping" + i);
            backend.Answers("pong" + i);
            await _script.SeenAsync("to client: pong" + i);
        }

        client.AndHalfCloses();
        await _script.SeenAsync("half-close");
        backend.Answers(CallStatus.Ok);

        Assert.True((await running).Status.IsOk);
        Assert.Equal((20, 20), (_tally.RequestMessages, _tally.ResponseMessages));
    }

    [Fact]
    public async Task MalformedSecondRequest_EndsTheCall()
    {
        var result = await RunAsync(Client(CallShape.Duplex).Sends("fine", new CallException(Malformed)), Backend());

        Assert.Same(Malformed, result.Status);
        Assert.Null(result.Surprise);
        Assert.Contains("to backend: fine", _script.Lines);
    }

    [Theory]
    [InlineData(CallShape.ClientStreaming)]
    [InlineData(CallShape.Duplex)]
    public async Task AnswerThatEndsFirst_StopsTheRequests(CallShape shape)
    {
        var result = await RunAsync(Client(shape).Sends("a"), Backend().Answers("early", CallStatus.Ok));

        Assert.Same(CallStatus.Ok, result.Status);
        Assert.Equal(0, _script.ServerReads);
        Assert.True(_lifetime.Token.IsCancellationRequested);
    }

    [Fact]
    public async Task FlushThatFails_LeavesNoReadBehind()
    {
        var backend = new FakeClientCall(_script) { FlushFailure = new IOException("gone") };

        var result = await RunAsync(Client(CallShape.Duplex), backend.Answers(NotFound));

        Assert.Same(NotFound, result.Status);
        Assert.Equal(0, _script.ServerReads);
    }

    [Theory]
    [InlineData(CallShape.Unary)]
    [InlineData(CallShape.ServerStreaming)]
    [InlineData(CallShape.ClientStreaming)]
    [InlineData(CallShape.Duplex)]
    public async Task ClientReadThatFailsUnforeseen_IsNotTakenForTheBackend(CallShape shape)
    {
        var failure = new IOException("the client's connection");

        var result = await RunAsync(Client(shape).Sends(failure), Backend());

        Assert.Equal(StatusCode.Internal, result.Status.Code);
        Assert.Same(failure, result.Surprise);
    }

    [Theory]
    [InlineData(CallShape.Unary)]
    [InlineData(CallShape.ServerStreaming)]
    [InlineData(CallShape.ClientStreaming)]
    [InlineData(CallShape.Duplex)]
    public async Task BackendReadThatFailsUnforeseen_IsInternal_AndLogged(CallShape shape)
    {
        var failure = new InvalidOperationException("a bug");

        var result = await RunAsync(Client(shape).Sends("ask"), Backend().Answers(failure));

        Assert.Equal(StatusCode.Internal, result.Status.Code);
        Assert.Same(failure, result.Surprise);
        Assert.DoesNotContain("a bug", result.Status.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CallShape.Unary)]
    [InlineData(CallShape.ServerStreaming)]
    [InlineData(CallShape.ClientStreaming)]
    [InlineData(CallShape.Duplex)]
    public async Task EndedLifetime_IsTheStatus(CallShape shape)
    {
        var drained = new CallStatus(StatusCode.Unavailable, "draining");
        var running = RunAsync(Client(shape).Sends("ask"), Backend());
        await _script.SeenAsync(shape.StreamsRequests() ? "to backend: ask" : "to backend: ask, last");

        _lifetime.End(drained);

        Assert.Same(drained, (await running).Status);
    }

    [Fact]
    public async Task AnswerOfAFormatNobodyConverts_IsInternal()
    {
        var binary = new Message(new byte[] { 1 }, PayloadFormat.Binary);

        Assert.Equal(StatusCode.Internal, (await RunAsync(Client(CallShape.Unary).Sends("ask"), Backend().Answers(binary, CallStatus.Ok))).Status.Code);
        Assert.Equal(StatusCode.InvalidArgument, (await RunAsync(Client(CallShape.Unary).Sends(binary), Backend())).Status.Code);
    }

    [Fact]
    public async Task Completing_IsTheCallers()
    {
        await RunAsync(Client(CallShape.Duplex).AndHalfCloses(), Backend().Answers(CallStatus.Ok));

        Assert.DoesNotContain("complete", _script.Lines);
    }

    [Theory]
    [InlineData(CallShape.Unary)]
    [InlineData(CallShape.ServerStreaming)]
    public async Task PooledReads_AreTakenOnce(CallShape shape)
    {
        var result = await RunAsync(Client(shape).Sends("ask").AndHalfCloses(), new PooledClientCall("answer"));

        Assert.Null(result.Surprise);
        Assert.Same(CallStatus.Ok, result.Status);
        Assert.Contains("to client: answer", _script.Lines);
    }

    private FakeServerCall Client(CallShape shape) => new(shape, _script);

    private FakeClientCall Backend() => new(_script);

    private Task<RelayResult> RunAsync(FakeServerCall client, ClientCall backend) =>
        CallRelay.RunAsync(client, backend, new PayloadExchange([], []), CallLimits.Default, _lifetime, _tally).AsTask();
}
