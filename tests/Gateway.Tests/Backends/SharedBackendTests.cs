using System.Text;
using System.Threading.Channels;
using Gateway.Backends;
using Gateway.Configuration;
using Microsoft.Extensions.Time.Testing;
using Transcoders.Calls;

namespace Gateway.Tests.Backends;

public sealed class SharedBackendTests
{
    private static readonly Destination Server = new() { ClusterId = "c", Id = "a", Address = "ws://a" };

    private readonly FakeTimeProvider _clock = new();
    private readonly RecordingBackend _inner = new();

    [Fact]
    public async Task SameTargetAndCredentials_ShareOneCall()
    {
        var shared = Shared();
        await using var one = await JoinAsync(shared, "/t", "alice");
        await using var two = await JoinAsync(shared, "/t", "alice");
        await using var three = await JoinAsync(shared, "/t", "bob");
        await using var four = await JoinAsync(shared, "/u", "alice");

        Assert.Equal(3, _inner.Calls.Count);
        _inner.Calls[0].Answers.Writer.TryWrite("hi");

        var first = await one.ReadAsync(Token);
        var second = await two.ReadAsync(Token);
        Assert.Equal("hi", Text(first));
        Assert.Equal(first!.Value.Id, second!.Value.Id);
        Assert.EndsWith(".1", first.Value.Id);
    }

    [Fact]
    public async Task SlowListener_FailsAlone()
    {
        var shared = Shared(new FanoutSettings { Messages = 2 });
        await using var slow = await JoinAsync(shared, "/t", "alice");
        await using var fast = await JoinAsync(shared, "/t", "alice");
        for (var i = 0; i < 4; i++)
        {
            _inner.Calls[0].Answers.Writer.TryWrite($"{i}");
            Assert.Equal($"{i}", Text(await fast.ReadAsync(Token)));
        }

        Assert.Equal("0", Text(await slow.ReadAsync(Token)));
        Assert.Equal("1", Text(await slow.ReadAsync(Token)));
        Assert.Null(await slow.ReadAsync(Token));
        Assert.Equal(StatusCode.ResourceExhausted, slow.Status.Code);
        Assert.False(_inner.Calls[0].Disposed.IsCompleted);
    }

    [Fact]
    public async Task BytesThatWait_AreBoundedToo()
    {
        var shared = Shared(new FanoutSettings { Bytes = 4 });
        await using var call = await JoinAsync(shared, "/t", "alice");
        _inner.Calls[0].Answers.Writer.TryWrite("12345");
        await _inner.Calls[0].Disposed.WaitAsync(Token);

        Assert.Null(await call.ReadAsync(Token));
        Assert.Equal(StatusCode.ResourceExhausted, call.Status.Code);
    }

    [Fact]
    public async Task LastWhoLeaves_EndsTheCall_AndTheNextOpensAnother()
    {
        var shared = Shared();
        var one = await JoinAsync(shared, "/t", "alice");
        var two = await JoinAsync(shared, "/t", "alice");
        await one.DisposeAsync();
        Assert.False(_inner.Calls[0].Disposed.IsCompleted);
        await two.DisposeAsync();
        await _inner.Calls[0].Disposed.WaitAsync(Token);

        await using var next = await JoinAsync(shared, "/t", "alice");

        Assert.Equal(2, _inner.Calls.Count);
    }

    [Fact]
    public async Task Linger_KeepsTheCallForTheNext_AndEndsItWithoutOne()
    {
        var shared = Shared(new FanoutSettings { Linger = TimeSpan.FromSeconds(5) });
        await (await JoinAsync(shared, "/t", "alice")).DisposeAsync();
        _clock.Advance(TimeSpan.FromSeconds(4));
        var next = await JoinAsync(shared, "/t", "alice");
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Single(_inner.Calls);
        Assert.False(_inner.Calls[0].Disposed.IsCompleted);
        await next.DisposeAsync();

        _clock.Advance(TimeSpan.FromSeconds(5));

        await _inner.Calls[0].Disposed.WaitAsync(Token);
    }

    [Fact]
    public async Task EndOfTheCall_IsEverybodysEnd()
    {
        var shared = Shared();
        await using var one = await JoinAsync(shared, "/t", "alice");
        await using var two = await JoinAsync(shared, "/t", "alice");
        _inner.Calls[0].Answers.Writer.TryWrite("last");
        _inner.Calls[0].End(new CallStatus(StatusCode.NotFound, "gone"));

        foreach (var call in (ClientCall[])[one, two])
        {
            Assert.Equal("last", Text(await call.ReadAsync(Token)));
            Assert.Null(await call.ReadAsync(Token));
            Assert.Equal(StatusCode.NotFound, call.Status.Code);
        }
    }

    [Fact]
    public async Task CallThatSaysMore_IsItsOwn()
    {
        var shared = Shared();
        await using var one = shared.Open(Head("/t", "alice"), Server, Token);
        await one.WriteAsync(new Message("a"u8.ToArray(), PayloadFormat.Text), last: false, Token);
        await using var two = shared.Open(Head("/t", "alice"), Server, Token);
        await two.WriteAsync(new Message("b"u8.ToArray(), PayloadFormat.Text), last: false, Token);

        Assert.Equal(["a"], _inner.Calls[0].Written);
        Assert.Equal(["b"], _inner.Calls[1].Written);
    }

    [Fact]
    public async Task RequestOfAMethod_IsPartOfWhatIsShared()
    {
        var shared = Shared();
        await using var one = await AskAsync(shared, "x");
        await using var two = await AskAsync(shared, "x");
        await using var three = await AskAsync(shared, "y");

        Assert.Equal(2, _inner.Calls.Count);
        Assert.Equal(["x"], _inner.Calls[0].Written);
    }

    [Fact]
    public async Task WhoComesBack_GetsWhatWasMissed_WhereverItIsSent()
    {
        var shared = Shared(new FanoutSettings { Messages = 2 });
        await using var one = await JoinAsync(shared, "/t", "alice");
        var ids = new List<string>();
        foreach (var text in (string[])["a", "b", "c"])
        {
            _inner.Calls[0].Answers.Writer.TryWrite(text);
            ids.Add((await one.ReadAsync(Token))!.Value.Id!);
        }

        // The last two are held, so whoever had the first has missed nothing that is not.
        await using var two = await ResumeAsync(shared, ids[0], "alice");
        Assert.Equal("b", Text(await two.ReadAsync(Token)));
        Assert.Equal("c", Text(await two.ReadAsync(Token)));
        await using var three = await ResumeAsync(shared, ids[2], "alice");
        _inner.Calls[0].Answers.Writer.TryWrite("d");
        Assert.Equal("d", Text(await three.ReadAsync(Token)));
        Assert.Single(_inner.Calls);

        // Held no longer, never given, another's, and of a stream that is over.
        foreach (var (id, who) in ((string, string)[])[(ids[0], "alice"), (ids[0][..9] + "99", "alice"), (ids[2], "bob"), ("aaaaaaaa.1", "alice")])
        {
            await using var lost = await ResumeAsync(shared, id, who);
            Assert.Null(await lost.ReadAsync(Token));
            Assert.Equal(StatusCode.DataLoss, lost.Status.Code);
        }

        Assert.Single(_inner.Calls);

        // An id that is none of ours is for the server.
        await using var own = await ResumeAsync(shared, "42", "alice");
        Assert.Equal(2, _inner.Calls.Count);
    }

    private static async Task<ClientCall> ResumeAsync(SharedBackend shared, string id, string who)
    {
        var elsewhere = new Destination { ClusterId = "c", Id = "b", Address = "ws://b" };
        var call = shared.Open(Head("/t", who) with { Cursor = id }, elsewhere, Token);
        await call.HalfCloseAsync(Token);
        await call.ReadHeadAsync(Token);
        return call;
    }

    private static CancellationToken Token => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    private static string? Text(Message? message) => message is { } one ? Encoding.UTF8.GetString(one.Payload.Span) : null;

    private static CallHead Head(string target, string who, CallShape shape = CallShape.Duplex, string method = "")
    {
        var metadata = new CallMetadata();
        metadata.Add("Authorization", who);
        return new CallHead { Method = method, Shape = shape, Target = target, Metadata = metadata };
    }

    private SharedBackend Shared(FanoutSettings? settings = null) => new(_inner, null, settings ?? new FanoutSettings(), [], _clock);

    private static async Task<ClientCall> JoinAsync(SharedBackend shared, string target, string who)
    {
        var call = shared.Open(Head(target, who), Server, Token);
        await call.HalfCloseAsync(Token);
        await call.ReadHeadAsync(Token);
        return call;
    }

    private static async Task<ClientCall> AskAsync(SharedBackend shared, string request)
    {
        var call = shared.Open(Head("/t", "alice", CallShape.ServerStreaming, "a.B/C"), Server, Token);
        await call.WriteAsync(new Message(Encoding.UTF8.GetBytes(request), PayloadFormat.Text), last: true, Token);
        await call.ReadHeadAsync(Token);
        return call;
    }

    private sealed class RecordingBackend : IBackend
    {
        public string Protocol => "test";

        public List<RecordingCall> Calls { get; } = [];

        public ClientCall Open(CallHead head, Destination destination, CancellationToken cancellationToken)
        {
            var call = new RecordingCall();
            Calls.Add(call);
            return call;
        }
    }

    private sealed class RecordingCall : ClientCall
    {
        private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private CallStatus _status = CallStatus.Ok;

        public Channel<string> Answers { get; } = Channel.CreateUnbounded<string>();

        public List<string> Written { get; } = [];

        public Task Disposed => _disposed.Task;

        public override PayloadFormat Format => PayloadFormat.Text;

        public override CallStatus Status => _status;

        public void End(CallStatus status)
        {
            _status = status;
            Answers.Writer.Complete();
        }

        public override ValueTask WriteAsync(Message message, bool last, CancellationToken cancellationToken)
        {
            Written.Add(Encoding.UTF8.GetString(message.Payload.Span));
            return default;
        }

        public override ValueTask FlushAsync(CancellationToken cancellationToken) => default;

        public override ValueTask HalfCloseAsync(CancellationToken cancellationToken) => default;

        public override ValueTask<ResponseHead> ReadHeadAsync(CancellationToken cancellationToken) => new(ResponseHead.Empty);

        public override async ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
        {
            while (await Answers.Reader.WaitToReadAsync(cancellationToken))
            {
                if (Answers.Reader.TryRead(out var text))
                {
                    return new Message(Encoding.UTF8.GetBytes(text), PayloadFormat.Text);
                }
            }

            return null;
        }

        public override ValueTask DisposeAsync()
        {
            _disposed.TrySetResult();
            return default;
        }
    }
}
