using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Edges;

/// <summary>
/// A streamed HTTP answer whose head waits for the first message, so that a failure before it can have a real status line;
/// after a delay the head leaves anyway. One writer at a time: messages and heartbeats take turns.
/// </summary>
/// <remarks>Disposed by the call it answers, once that has completed.</remarks>
internal abstract class StreamingResponse : IAsyncDisposable
{
    private static readonly TimeSpan Never = Timeout.InfiniteTimeSpan;

    private readonly HttpContext _context;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _headDelay;
    private readonly TimeSpan _heartbeat;
    private readonly SemaphoreSlim _turn = new(1);
    private ITimer? _timer;
    private bool _closed;

    /// <param name="context">The request that is answered.</param>
    /// <param name="clock">The clock of both delays.</param>
    /// <param name="headDelay">How long the head waits for a first message.</param>
    /// <param name="heartbeat">Silence after which <see cref="WriteHeartbeat"/> is called; infinite for none.</param>
    protected StreamingResponse(HttpContext context, TimeProvider clock, TimeSpan headDelay, TimeSpan heartbeat)
    {
        _context = context;
        _clock = clock;
        _headDelay = headDelay;
        _heartbeat = heartbeat;
    }

    /// <summary>True once the head has left or is about to: from here on a failure must be told inside the stream.</summary>
    public bool HasStarted { get; private set; }

    /// <summary>The body; touched only between <see cref="TakeTurnAsync"/> and <see cref="EndTurn"/>.</summary>
    public PipeWriter Writer => _context.Response.BodyWriter;

    /// <summary>Waits for the heartbeat, if one is being written, and prepares the head when it has not left yet.</summary>
    public async ValueTask TakeTurnAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        Prepare();
    }

    public void EndTurn() => _turn.Release();

    /// <summary>Sends what was written; with nothing written it starts the clock of the head, or of the heartbeat.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (HasStarted && (Writer.UnflushedBytes > 0 || !_context.Response.HasStarted))
        {
            await _turn.WaitAsync(cancellationToken);
            try
            {
                await Writer.FlushAsync(cancellationToken);
            }
            finally
            {
                EndTurn();
            }
        }

        var wait = HasStarted ? _heartbeat : _headDelay;
        if (wait != Never)
        {
            _timer ??= _clock.CreateTimer(static state => ((StreamingResponse)state!).OnSilence(), this, Never, Never);
            _timer.Change(wait, Never);
        }
    }

    /// <summary>Takes the last turn: no heartbeat is written after it.</summary>
    public async ValueTask CloseAsync()
    {
        await _turn.WaitAsync();
        _closed = true;
        _turn.Release();
    }

    /// <summary>Breaks the answer off so that the client sees it is not complete: a clean end would say success.</summary>
    public async ValueTask AbortAsync()
    {
        await Writer.FlushAsync();
        Abort(_context);
    }

    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
        {
            await _timer.DisposeAsync();
        }
    }

    /// <summary>Sets status and headers; what it writes to the body leaves with them.</summary>
    protected abstract void WriteHead(HttpResponse response, PipeWriter writer);

    protected virtual void WriteHeartbeat(PipeWriter writer)
    {
    }

    /// <summary>HTTP/2 and HTTP/3 reset the stream (INTERNAL_ERROR, RFC 9113 §7); HTTP/1.1 drops the connection before the last chunk.</summary>
    private static void Abort(HttpContext context)
    {
        if (context.Features.Get<IHttpResetFeature>() is { } reset)
        {
            reset.Reset(errorCode: 2);
        }
        else
        {
            context.Abort();
        }
    }

    private void Prepare()
    {
        if (!HasStarted)
        {
            HasStarted = true;
            _context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            WriteHead(_context.Response, Writer);
        }
    }

    private async void OnSilence()
    {
        try
        {
            await _turn.WaitAsync(_context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        try
        {
            if (_closed)
            {
                return;
            }

            if (HasStarted)
            {
                WriteHeartbeat(Writer);
            }

            Prepare();
            await Writer.FlushAsync(_context.RequestAborted);
            if (_heartbeat != Never)
            {
                _timer?.Change(_heartbeat, Never);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The client has gone; its call learns so from its own token.
        }
        finally
        {
            EndTurn();
        }
    }
}
