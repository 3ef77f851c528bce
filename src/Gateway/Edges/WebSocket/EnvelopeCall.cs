using System.Text.Unicode;
using Transcoders.Calls;
using Transcoders.Planning;
using Transcoders.WebSocket;

namespace Gateway.Edges.WebSocket;

/// <summary>One call among several on a socket. What its client sends ahead of the backend waits here, within a bound.</summary>
internal sealed class EnvelopeCall : ServerCall
{
    /// <summary>Bytes of messages that may wait for one call: the socket cannot be paused for one call alone. Source: PROTOCOLS §10.5.</summary>
    private const int MaxWaiting = 256 * 1024;

    private readonly EdgeRequest _request;
    private readonly WebSocketConnection _connection;
    private readonly FirstMessage? _first;
    private readonly CancellationTokenSource _aborted;
    private readonly Queue<Message> _waiting = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly Lock _lock = new();
    private readonly bool _isOpaque;
    private readonly bool _embedsText;
    private int _waitingBytes;
    private bool _halfClosed;
    private bool _any;
    private CallStatus? _failure;
    private long _sequence;
    private volatile PayloadFormat _accepts;

    /// <param name="id">The client's number for it.</param>
    /// <param name="request">The socket's request.</param>
    /// <param name="plan">How it speaks to the backend.</param>
    /// <param name="connection">The socket.</param>
    /// <param name="head">The call's head.</param>
    /// <param name="first">Binds path and query into the first message; null when the call was not reached by URL, and on a route without schema.</param>
    public EnvelopeCall(long id, EdgeRequest request, CallPlan plan, WebSocketConnection connection, CallHead head, FirstMessage? first)
    {
        Id = id;
        _request = request;
        _connection = connection;
        _first = first;
        _aborted = CancellationTokenSource.CreateLinkedTokenSource(connection.Gone);
        _accepts = request.Plans.Opaque is null ? PayloadFormat.Json : PayloadFormat.Text;
        _embedsText = plan.Backend.IsSubscription;
        _isOpaque = plan.Method is null;
        IsWhole = _isOpaque && !head.Shape.StreamsRequests() && (HttpMethods.IsGet(head.Verb) || HttpMethods.IsHead(head.Verb) || HttpMethods.IsDelete(head.Verb));
        Head = head;
        if (first is { IsWhole: true })
        {
            _arrived.Release();
        }
    }

    public long Id { get; }

    /// <summary>True when verb and path are the whole request of a route without schema.</summary>
    public bool IsWhole { get; }

    public override CallHead Head { get; }

    /// <summary>Without a schema an answer is what it is: JSON is embedded, bytes go as base64.</summary>
    public override PayloadFormat AcceptsFor(PayloadFormat offered) => _isOpaque && offered is PayloadFormat.Json or PayloadFormat.Binary ? offered : _accepts;

    public override PayloadFormat Accepts => _accepts;

    public override CancellationToken Aborted => _aborted.Token;

    /// <summary>Takes a message from the socket's loop.</summary>
    public void Post(in EnvelopeFrame frame)
    {
        CallStatus? overflow = null;
        lock (_lock)
        {
            if (_failure is not null || !frame.HasData)
            {
                return;
            }

            if (_halfClosed)
            {
                overflow = new CallStatus(StatusCode.InvalidArgument, "A message came after the half-close.") { Origin = StatusOrigin.Client };
            }
            else if (_waitingBytes + frame.Data.Length > Math.Max(MaxWaiting, _waiting.Count == 0 ? frame.Data.Length : 0))
            {
                overflow = new CallStatus(StatusCode.ResourceExhausted, $"More than {MaxWaiting} bytes wait for the backend.") { Origin = StatusOrigin.Client };
            }
            else
            {
                // The socket's buffer is read into again at once: what waits is a copy.
                _waiting.Enqueue(new Message(frame.Data.ToArray(), frame.Format));
                _waitingBytes += frame.Data.Length;
            }

            if (frame.Format == PayloadFormat.Protobuf && _request.Plans.Opaque is null)
            {
                _accepts = PayloadFormat.Protobuf;
            }
        }

        if (overflow is not null)
        {
            // The relay waits for the backend, not for us: it has to be stopped.
            Cancel(overflow);
            return;
        }

        _arrived.Release();
    }

    public void HalfClose()
    {
        lock (_lock)
        {
            _halfClosed = true;
        }

        _arrived.Release();
    }

    public void Cancel(CallStatus reason)
    {
        lock (_lock)
        {
            _failure ??= reason;
        }

        _arrived.Release();
        try
        {
            _aborted.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended in the meantime.
        }
    }

    public override async ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _arrived.WaitAsync(cancellationToken);
            lock (_lock)
            {
                if (_failure is not null)
                {
                    throw new CallException(_failure);
                }

                if (_waiting.TryDequeue(out var message))
                {
                    _waitingBytes -= message.Payload.Length;
                    return Bind(message);
                }

                if (!_any && _first is { IsWhole: true })
                {
                    _any = true;
                    _arrived.Release();
                    return _first.FromUrl();
                }

                if (_halfClosed)
                {
                    _arrived.Release();
                    if (_any || !_isOpaque || Head.Shape.StreamsRequests())
                    {
                        return null;
                    }

                    // One request is due, and it has no body.
                    _any = true;
                    return new Message(default, PayloadFormat.Text);
                }
            }
        }
    }

    public override async ValueTask WriteHeadAsync(ResponseHead head, CancellationToken cancellationToken)
    {
        if (head.Metadata is { Count: > 0 } metadata)
        {
            using var frame = new PayloadBuffer(_request.Route.Limits.MessageSize);
            EnvelopeWriter.WriteHeaders(frame, Id, metadata);
            await _connection.SendAsync(frame.WrittenMemory, isText: true, cancellationToken);
        }
    }

    public override async ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        // Base64 takes a third more than the payload's limit, and the envelope a little.
        using var frame = new PayloadBuffer((int)Math.Min(int.MaxValue, (long)_request.Route.Limits.MessageSize * 2));
        EnvelopeWriter.WriteMessage(frame, Id, ++_sequence, _isOpaque ? Checked(message) : message);
        await _connection.SendAsync(frame.WrittenMemory, isText: true, cancellationToken);
    }

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => default;

    public override async ValueTask CompleteAsync(CallStatus status)
    {
        _first?.Dispose();
        _aborted.Dispose();
        if (_connection.Gone.IsCancellationRequested)
        {
            return;
        }

        if (status.Code == StatusCode.Cancelled && _failure is { } reason)
        {
            // Stopped from here: the reason is known better than the relay knows it.
            status = reason;
        }

        using var json = new PayloadBuffer(_request.Route.Limits.MessageSize);
        using var frame = new PayloadBuffer(_request.Route.Limits.MessageSize);
        if (status.IsOk)
        {
            json.Write("{\"code\":0}"u8);
        }
        else
        {
            _request.Route.StatusWriter.Write(status, json);
        }

        EnvelopeWriter.WriteEnd(frame, Id, json.WrittenSpan, status.Trailers);
        try
        {
            await _connection.SendAsync(frame.WrittenMemory, isText: true, CancellationToken.None);
        }
        catch (CallException)
        {
            // The client left before it was told.
        }
    }

    /// <summary>What a server without schema calls JSON may be none, and would break the frame; text of an event stream may be JSON.</summary>
    private Message Checked(in Message message)
    {
        if (message.Format == PayloadFormat.Binary || (message.Format == PayloadFormat.Text && !_embedsText))
        {
            return message;
        }

        var payload = message.Payload.Span;
        return message with
        {
            Format = JsonText.IsJson(payload, _request.Route.Limits.Depth) ? PayloadFormat.Json
                : Utf8.IsValid(payload) ? PayloadFormat.Text
                : PayloadFormat.Binary,
        };
    }

    private Message Bind(in Message message)
    {
        var isFirst = !_any;
        _any = true;
        return isFirst && _first is not null ? _first.From(message.Payload, message.Format == PayloadFormat.Json) : message;
    }
}
