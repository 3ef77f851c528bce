using Gateway.Dispatch;
using Transcoders.Calls;
using Transcoders.HttpRules;
using Transcoders.Planning;

namespace Gateway.Edges.Sse;

/// <summary>What a request for an event stream asks: its plan and its messages.</summary>
internal sealed class SseRequestMessages : IDisposable
{
    private readonly IDisposable _owner;
    private readonly Func<CancellationToken, ValueTask<Message?>> _read;
    private readonly CursorField? _field;
    private readonly int _limit;
    private string? _cursor;
    private PayloadBuffer? _resumed;
    private List<(byte[] Payload, PayloadFormat Format)>? _held;
    private int _next;

    private SseRequestMessages(CallPlan plan, CursorField? field, int limit, IDisposable owner, Func<CancellationToken, ValueTask<Message?>> read)
    {
        Plan = plan;
        _field = field;
        _limit = limit;
        _owner = owner;
        _read = read;
    }

    public CallPlan Plan { get; }

    /// <summary>How the method resumes a stream by itself; null when it does not.</summary>
    public CursorField? Field => _field;

    /// <summary>The messages, or the status that says why there is nothing to ask.</summary>
    public static (SseRequestMessages? Messages, CallStatus? Refusal) Find(EdgeRequest request)
    {
        var limit = request.Route.Limits.MessageSize;
        if (request.Plans.Opaque is { } opaque)
        {
            var bodies = new OpaqueRequestMessages(request.Context, request.Route.Limits, opaque);
            return (new SseRequestMessages(opaque, null, limit, bodies, bodies.ReadAsync), null);
        }

        var (target, refusal) = UrlTarget.Find(request);
        if (target is not { } found)
        {
            return (null, refusal);
        }

        var messages = new UrlRequestMessages(request, found.Binding, streams: false);
        return (new SseRequestMessages(found.Plan, request.Route.Cursors.GetValueOrDefault(found.Plan.MethodName), limit, messages, messages.ReadAsync), null);
    }

    /// <summary>Lets the stream go on after this cursor, by the field of the request.</summary>
    public void ResumeAfter(string cursor) => _cursor = cursor;

    public ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_held is not null)
        {
            return new(_next < _held.Count ? new Message(_held[_next].Payload, _held[_next++].Format) : null);
        }

        return _cursor is null ? _read(cancellationToken) : ReadResumedAsync(_cursor, cancellationToken);
    }

    /// <summary>Reads everything now, so that nothing more is wanted of the connection.</summary>
    /// <exception cref="CallException">The request cannot be read, or is larger than one message may be.</exception>
    public async ValueTask HoldAsync(CancellationToken cancellationToken)
    {
        var held = new List<(byte[], PayloadFormat)>();
        var size = 0L;
        while (await _read(cancellationToken) is { } message)
        {
            size += message.Payload.Length;
            if (size > _limit)
            {
                throw new CallException(new CallStatus(StatusCode.ResourceExhausted, $"The request is larger than the limit of {_limit} bytes.") { HttpStatus = 413, Origin = StatusOrigin.Client });
            }

            held.Add((message.Payload.ToArray(), message.Format));
        }

        _held = held;
        _owner.Dispose();
    }

    public void Dispose()
    {
        _resumed?.Dispose();
        if (_held is null)
        {
            _owner.Dispose();
        }
    }

    private async ValueTask<Message?> ReadResumedAsync(string cursor, CancellationToken cancellationToken)
    {
        if (await _read(cancellationToken) is not { } message)
        {
            return null;
        }

        _resumed = new PayloadBuffer(_limit);
        _resumed.Write(message.Payload.Span);
        _field!.WriteRequest(cursor, _resumed);
        return message with { Payload = _resumed.WrittenMemory };
    }
}
