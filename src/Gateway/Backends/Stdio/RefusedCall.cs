using Transcoders.Calls;

namespace Gateway.Backends.Stdio;

/// <summary>A call that ended before it had a process.</summary>
internal sealed class RefusedCall(PayloadFormat format, CallStatus status) : ClientCall
{
    public override PayloadFormat Format => format;

    public override CallStatus Status => status;

    public override CallStatus? Refusal => status;

    public override ValueTask WriteAsync(Message message, bool last, CancellationToken cancellationToken) =>
        ValueTask.FromException(NotTaken());

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public override ValueTask HalfCloseAsync(CancellationToken cancellationToken) => ValueTask.FromException(NotTaken());

    public override ValueTask<ResponseHead> ReadHeadAsync(CancellationToken cancellationToken) => new(ResponseHead.Empty);

    public override ValueTask<Message?> ReadAsync(CancellationToken cancellationToken) => new((Message?)null);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static IOException NotTaken() => new("The call has no process to write to.");
}
