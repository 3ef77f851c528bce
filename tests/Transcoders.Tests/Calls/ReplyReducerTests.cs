using System.Text;
using Microsoft.Extensions.Time.Testing;
using Transcoders.Calls;
using Transcoders.Planning;

namespace Transcoders.Tests.Calls;

public sealed class ReplyReducerTests
{
    private static readonly CallStatus Lost = new(StatusCode.Unavailable, "lost");

    public static TheoryData<ReplyKind, string[], string?> Answers { get; } = new()
    {
        { ReplyKind.First, ["1", "2"], "1" },
        { ReplyKind.Last, ["1", "2", "3"], "3" },
        { ReplyKind.Count, ["1", "2", "3"], "[1,2]" },
        { ReplyKind.Count, ["1"], "[1]" },
        { ReplyKind.All, ["1", "2"], "[1,2]" },
        { ReplyKind.All, [], "[]" },
        { ReplyKind.Events, ["1"], """{"events":[{"event":"message","data":1}],"complete":true}""" },
        { ReplyKind.Events, ["1", "2", "3"], """{"events":[{"event":"message","data":1},{"event":"message","data":2}],"complete":false}""" },
        { ReplyKind.First, [], null },
        { ReplyKind.Last, [], null },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Stream_BecomesItsOneAnswer(ReplyKind kind, string[] messages, string? answer)
    {
        await using var call = Reduce(new Reply(kind) { MaxMessages = 2 }, [.. messages, CallStatus.Ok]);

        await call.ReadHeadAsync(CancellationToken.None);

        Assert.Equal(answer, await ReadAsync(call));
        Assert.Null(await ReadAsync(call));
        Assert.True(call.Status.IsOk);
    }

    [Theory]
    [InlineData(ReplyKind.Last)]
    [InlineData(ReplyKind.Count)]
    [InlineData(ReplyKind.All)]
    [InlineData(ReplyKind.Events)]
    public async Task FailureMidWay_IsTheAnswer(ReplyKind kind)
    {
        await using var call = Reduce(new Reply(kind), ["1", Lost]);

        await call.ReadHeadAsync(CancellationToken.None);

        Assert.Null(await ReadAsync(call));
        Assert.Same(Lost, call.Status);
    }

    [Fact]
    public async Task First_DoesNotWaitForTheRest()
    {
        await using var call = Reduce(new Reply(ReplyKind.First), ["1"]);

        await call.ReadHeadAsync(CancellationToken.None);

        Assert.Equal("1", await ReadAsync(call));
        Assert.True(call.Status.IsOk);
    }

    [Theory]
    [InlineData(2, 1024)]
    [InlineData(100, 4)]
    public async Task All_OverItsLimits_IsRefused(int messages, int bytes)
    {
        await using var call = Reduce(new Reply(ReplyKind.All) { MaxMessages = messages, MaxBytes = bytes }, ["10", "20", "30", CallStatus.Ok]);

        var status = await StatusOfAsync(call);

        Assert.Equal(StatusCode.ResourceExhausted, status.Code);
    }

    [Fact]
    public async Task Events_OverTheirBytes_SayThatTheyAreNotAll()
    {
        await using var call = Reduce(new Reply(ReplyKind.Events) { MaxBytes = 3 }, ["10", "20", CallStatus.Ok]);

        var head = await call.ReadHeadAsync(CancellationToken.None);

        Assert.Equal("bytes", head.Metadata!.Find(ReplyReducer.TruncatedHeader));
        Assert.Equal("""{"events":[{"event":"message","data":10}],"complete":false}""", await ReadAsync(call));
    }

    [Fact]
    public async Task Events_EndAfterTheirTime()
    {
        var clock = new FakeTimeProvider();
        await using var call = Reduce(new Reply(ReplyKind.Events) { MaxDuration = TimeSpan.FromSeconds(5) }, ["1"], clock);
        var opening = call.ReadHeadAsync(CancellationToken.None).AsTask();
        Assert.False(opening.IsCompleted);

        clock.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal("duration", (await opening).Metadata!.Find(ReplyReducer.TruncatedHeader));
        Assert.Equal("""{"events":[{"event":"message","data":1}],"complete":false}""", await ReadAsync(call));
    }

    private static async Task<CallStatus> StatusOfAsync(ClientCall call)
    {
        try
        {
            await call.ReadHeadAsync(CancellationToken.None);
            Assert.Null(await ReadAsync(call));
            return call.Status;
        }
        catch (CallException e)
        {
            return e.Status;
        }
    }

    private static async Task<string?> ReadAsync(ClientCall call) =>
        await call.ReadAsync(CancellationToken.None) is { } message ? Encoding.UTF8.GetString(message.Payload.Span) : null;

    private static ReplyReducer Reduce(Reply reply, object[] answers, TimeProvider? clock = null)
    {
        var backend = new FakeClientCall(new Script()).Answers(answers);
        return new ReplyReducer(backend, reply, OpaquePayloads.Exchange, CallLimits.Default, clock ?? TimeProvider.System);
    }
}
