using System.IO.Pipelines;
using Transcoders.Calls;

namespace Gateway.Edges;

/// <summary>
/// A call answered with a stream in an HTTP body. What streams share is here: the head that waits for a first message, turns with the
/// heartbeat, a bound on what is not flushed, and a failure that has a status line as long as there can be one.
/// </summary>
internal abstract class StreamedServerCall : ServerCall
{
    private readonly StreamingResponse _response;
    private readonly IDisposable _messages;
    private readonly Func<CancellationToken, ValueTask<Message?>> _read;

    /// <param name="request">The request that is answered.</param>
    /// <param name="head">The call's head.</param>
    /// <param name="response">The answer; disposed here.</param>
    /// <param name="messages">Owns what <paramref name="read"/> reads from; disposed here.</param>
    /// <param name="read">The next request message, or null.</param>
    protected StreamedServerCall(
        EdgeRequest request, CallHead head, StreamingResponse response, IDisposable messages, Func<CancellationToken, ValueTask<Message?>> read)
    {
        Request = request;
        Head = head;
        _response = response;
        _messages = messages;
        _read = read;
        SuppressesBody = HttpMethods.IsHead(request.Context.Request.Method);
    }

    public sealed override CallHead Head { get; }

    public sealed override CancellationToken Aborted => Request.Context.RequestAborted;

    protected EdgeRequest Request { get; }

    /// <summary>True for HEAD: everything but the body.</summary>
    protected bool SuppressesBody { get; }

    public sealed override ValueTask<Message?> ReadAsync(CancellationToken cancellationToken) => _read(cancellationToken);

    public sealed override async ValueTask WriteHeadAsync(ResponseHead head, CancellationToken cancellationToken)
    {
        var isOwn = TakeHead(head);
        if (!isOwn && !_response.HasStarted)
        {
            ResponseHeaders.WritePrefixed(Request, head.Metadata);
        }

        if (Request.Shaper is { } shaper)
        {
            await shaper.ShapeAsync(Request.Context, head);
        }
        else if (!_response.HasStarted && isOwn)
        {
            ResponseHeaders.WriteAnswer(Request.Context.Response.Headers, head.Metadata);
        }
        else if (!_response.HasStarted)
        {
            ResponseHeaders.Write(Request.Context.Response.Headers, head.Metadata);
        }

        if (isOwn)
        {
            // It is decided: a failure from here on cannot have a status line of its own any more.
            await _response.TakeTurnAsync(cancellationToken);
            _response.EndTurn();
        }
    }

    public sealed override async ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        message = Unwrap(message);
        await _response.TakeTurnAsync(cancellationToken);
        try
        {
            var writer = _response.Writer;
            WriteMessage(writer, message);
            if (writer.UnflushedBytes >= Request.Route.Limits.UnflushedBytes)
            {
                await writer.FlushAsync(cancellationToken);
            }
        }
        finally
        {
            _response.EndTurn();
        }
    }

    public sealed override ValueTask FlushAsync(CancellationToken cancellationToken) => _response.FlushAsync(cancellationToken);

    public sealed override async ValueTask<bool> TryAbandonAsync()
    {
        // Closed first: the head may be about to leave by its timer.
        await _response.CloseAsync();
        if (_response.HasStarted)
        {
            return false;
        }

        _messages.Dispose();
        await _response.DisposeAsync();
        return true;
    }

    public sealed override async ValueTask CompleteAsync(CallStatus status)
    {
        _messages.Dispose();
        await using var response = _response;
        await response.CloseAsync();
        if (Aborted.IsCancellationRequested)
        {
            return;
        }

        if (!status.IsOk && !response.HasStarted)
        {
            await StatusResponse.WriteAsync(Request.Context, Request.Route, status);
            return;
        }

        if (!status.IsOk && !CarriesErrors)
        {
            await response.AbortAsync();
            return;
        }

        // A stream that ended well without a message still has a head.
        await response.TakeTurnAsync(CancellationToken.None);
        if (!SuppressesBody)
        {
            WriteEnd(response.Writer, status);
        }

        response.EndTurn();
    }

    /// <summary>True when a failure after the first message can be told inside the stream; else the answer is broken off.</summary>
    protected abstract bool CarriesErrors { get; }

    /// <summary>Takes note of how the answer opens; true when the backend's head is the client's too, status and headers.</summary>
    protected virtual bool TakeHead(ResponseHead head) => false;

    /// <summary>What the message is in the body, known before the head leaves; the message itself unless an edge says otherwise.</summary>
    protected virtual Message Unwrap(in Message message) => message;

    protected abstract void WriteMessage(PipeWriter writer, in Message message);

    /// <summary>Writes what ends the stream: success, or a failure where the stream carries one.</summary>
    protected abstract void WriteEnd(PipeWriter writer, CallStatus status);
}
