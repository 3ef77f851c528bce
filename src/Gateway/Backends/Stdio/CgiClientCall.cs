using Transcoders.Calls;

namespace Gateway.Backends.Stdio;

/// <summary>A call of a CGI program. It is started with its body in hand, since it is told the length before it reads the first byte.</summary>
/// <param name="start">Starts the process for a body of so many bytes; never throws for one that cannot be started.</param>
internal sealed class CgiClientCall(Func<int, ClientCall> start) : ClientCall
{
    private static readonly CallStatus NotStarted = new(StatusCode.Unknown, "The call has not begun.");

    private ClientCall? _inner;

    public override PayloadFormat Format => PayloadFormat.Binary;

    /// <summary>A body is bytes, whatever the client says of it.</summary>
    public override PayloadFormat FormatFor(PayloadFormat offered) => offered;

    public override CallStatus Status => _inner?.Status ?? NotStarted;

    public override ValueTask WriteAsync(Message message, bool last, CancellationToken cancellationToken)
    {
        _inner = start(message.Payload.Length);
        return _inner.WriteAsync(message, last: true, cancellationToken);
    }

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => default;

    public override ValueTask HalfCloseAsync(CancellationToken cancellationToken) => default;

    public override ValueTask<ResponseHead> ReadHeadAsync(CancellationToken cancellationToken) =>
        _inner?.ReadHeadAsync(cancellationToken) ?? new(ResponseHead.Empty);

    public override ValueTask<Message?> ReadAsync(CancellationToken cancellationToken) =>
        _inner?.ReadAsync(cancellationToken) ?? new((Message?)null);

    public override ValueTask DisposeAsync() => _inner?.DisposeAsync() ?? default;
}
