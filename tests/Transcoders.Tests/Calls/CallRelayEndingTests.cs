using Transcoders.Calls;

namespace Transcoders.Tests.Calls;

/// <summary>Whose word counts when the gateway itself ends a call.</summary>
public sealed class CallRelayEndingTests
{
    private static readonly CallStatus Malformed = new(StatusCode.InvalidArgument, "not valid JSON") { Origin = StatusOrigin.Client };

    [Fact]
    public async Task BackendStoppedForAMalformedMessage_TheClientHearsOfTheMessage()
    {
        using var lifetime = new CallLifetime(CancellationToken.None, default, TimeProvider.System);
        await using var backend = new StoppedBackend(lifetime.Token, StatusCode.Cancelled);

        var result = await CallRelay.RunAsync(new MalformedClient(), backend, Nothing, CallLimits.Default, lifetime, new CallTally());

        Assert.Same(Malformed, result.Status);
    }

    [Fact]
    public async Task BackendThatFailedByItself_KeepsTheLastWord()
    {
        using var lifetime = new CallLifetime(CancellationToken.None, default, TimeProvider.System);
        await using var backend = new StoppedBackend(lifetime.Token, StatusCode.NotFound);

        var result = await CallRelay.RunAsync(new MalformedClient(), backend, Nothing, CallLimits.Default, lifetime, new CallTally());

        Assert.Equal(StatusCode.NotFound, result.Status.Code);
    }

    private static readonly PayloadExchange Nothing = new([], []);

    /// <summary>Its first message is none.</summary>
    private sealed class MalformedClient : ServerCall
    {
        public override CallHead Head { get; } = new() { Method = "", Shape = CallShape.Duplex, Metadata = new CallMetadata() };

        public override PayloadFormat Accepts => PayloadFormat.Text;

        public override CancellationToken Aborted => CancellationToken.None;

        public override ValueTask<Message?> ReadAsync(CancellationToken cancellationToken) => throw new CallException(Malformed);

        public override ValueTask WriteHeadAsync(ResponseHead head, CancellationToken cancellationToken) => default;

        public override ValueTask WriteAsync(Message message, CancellationToken cancellationToken) => default;

        public override ValueTask FlushAsync(CancellationToken cancellationToken) => default;

        public override ValueTask CompleteAsync(CallStatus status) => default;
    }

    /// <summary>Ends with a status of its own as soon as the call is over, as a process does that was stopped.</summary>
    private sealed class StoppedBackend(CancellationToken over, StatusCode code) : ClientCall
    {
        public override PayloadFormat Format => PayloadFormat.Text;

        public override CallStatus Status => new(code, "The call was cancelled and its process stopped.") { Origin = code == StatusCode.Cancelled ? StatusOrigin.Client : StatusOrigin.Backend };

        public override ValueTask WriteAsync(Message message, bool last, CancellationToken cancellationToken) => default;

        public override ValueTask FlushAsync(CancellationToken cancellationToken) => default;

        public override ValueTask HalfCloseAsync(CancellationToken cancellationToken) => default;

        public override ValueTask<ResponseHead> ReadHeadAsync(CancellationToken cancellationToken) => new(ResponseHead.Empty);

        public override async ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
        {
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = over.Register(ended.SetResult);
            await ended.Task;
            return null;
        }

        public override ValueTask DisposeAsync() => default;
    }
}
