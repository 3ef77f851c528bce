using Transcoders.Calls;

namespace Gateway.Backends;

/// <summary>A call that joins a shared one as soon as its client has said everything; one whose client says more becomes a call of its own.</summary>
internal sealed class SharedClientCall(SharedBackend backend, CallHead head, Destination destination, CancellationToken cancellationToken) : ClientCall
{
    private readonly TaskCompletionSource _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ClientCall? _own;
    private Subscription? _shared;

    public override PayloadFormat Format => _own?.Format ?? backend.Format ?? PayloadFormat.Text;

    public override CallStatus Status => _own?.Status ?? _shared?.Status ?? new CallStatus(StatusCode.Unknown, "The call has not ended.");

    public override PayloadFormat FormatFor(PayloadFormat offered) => _own?.FormatFor(offered) ?? backend.Format ?? offered;

    public override ValueTask WriteAsync(Message message, bool last, CancellationToken cancellationToken)
    {
        // Without a schema whatever is sent may do something: only asking is shared.
        var isQuestion = head.Method.Length > 0 || (message.Payload.IsEmpty && head.Verb is "GET" or "HEAD");
        if (_own is null && last && isQuestion && TryJoin(message))
        {
            return default;
        }

        if (_own is null)
        {
            _own = OpenOwn();
            _decided.TrySetResult();
        }

        return _own.WriteAsync(message, last, cancellationToken);
    }

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => _own?.FlushAsync(cancellationToken) ?? default;

    public override ValueTask HalfCloseAsync(CancellationToken cancellationToken)
    {
        if (_own is null && TryJoin(null))
        {
            return default;
        }

        if (_own is null)
        {
            _own = OpenOwn();
            _decided.TrySetResult();
        }

        return _own.HalfCloseAsync(cancellationToken);
    }

    public override async ValueTask<ResponseHead> ReadHeadAsync(CancellationToken cancellationToken)
    {
        await _decided.Task.WaitAsync(cancellationToken);
        return _own is not null ? await _own.ReadHeadAsync(cancellationToken)
            : _shared!.Stream is { } stream ? await stream.Head.WaitAsync(cancellationToken)
            : ResponseHead.Empty;
    }

    public override ValueTask<Message?> ReadAsync(CancellationToken cancellationToken) =>
        _own?.ReadAsync(cancellationToken) ?? _shared!.ReadAsync(cancellationToken);

    public override ValueTask FinishAsync() => _own?.FinishAsync() ?? default;

    public override ValueTask DisposeAsync()
    {
        _shared?.Stream?.Leave(_shared);
        return _own?.DisposeAsync() ?? default;
    }

    private ClientCall OpenOwn() => backend.Inner.Open(head, destination, cancellationToken);

    private bool TryJoin(Message? request)
    {
        _shared = backend.Join(head, destination, request);
        if (_shared is not null)
        {
            _decided.TrySetResult();
        }

        return _shared is not null;
    }
}
