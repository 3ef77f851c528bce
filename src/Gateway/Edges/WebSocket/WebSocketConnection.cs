using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Transcoders.Calls;
using Transcoders.WebSocket;

namespace Gateway.Edges.WebSocket;

/// <summary>One accepted socket: whole messages in, so many ahead at most; one sender at a time out.</summary>
/// <remarks>
/// A receive is always under way, because only a receive sees the client's close. It is never cancelled:
/// cancelling one would abort the socket, and with it the close frame that tells how a call ended.
/// </remarks>
internal sealed class WebSocketConnection : IAsyncDisposable
{
    /// <summary>How long the client may take to answer our close frame.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Bytes of messages that may be read ahead, unless one message alone is larger. Source: PROTOCOLS §10.5.</summary>
    private const int MaxAheadBytes = 1024 * 1024;

    /// <summary>A larger buffer goes back to its pool when its message was read, where there are many of them.</summary>
    private const int KeptBytes = 16 * 1024;

    private readonly System.Net.WebSockets.WebSocket _socket;
    private readonly int _limit;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _gone;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly Channel<Inbound> _inbox;
    private readonly SemaphoreSlim _free;
    private readonly PayloadBuffer[] _buffers;
    private readonly Task _receiving;
    private PayloadBuffer? _lent;
    private int _next;
    private bool _closeSent;
    private int _aheadBytes;
    private TaskCompletionSource? _tooMuch;

    /// <param name="socket">The socket; disposed by the caller, after this.</param>
    /// <param name="maxMessage">Largest message in bytes.</param>
    /// <param name="clock">Measures the patience for a close frame.</param>
    /// <param name="gone">Cancelled when the client has closed or is gone; the caller's to dispose.</param>
    /// <param name="ahead">Most messages read ahead of the one on loan.</param>
    public WebSocketConnection(System.Net.WebSockets.WebSocket socket, int maxMessage, TimeProvider clock, CancellationTokenSource gone, int ahead)
    {
        _socket = socket;
        _limit = maxMessage;
        _clock = clock;
        _gone = gone;
        // Who waits for a message goes on at once, on the thread that received it: a second hop would cost more than the message.
        _inbox = Channel.CreateBounded<Inbound>(new BoundedChannelOptions(ahead) { SingleWriter = true, AllowSynchronousContinuations = true });
        _free = new SemaphoreSlim(ahead + 1);
        _buffers = new PayloadBuffer[ahead + 1];
        for (var i = 0; i < _buffers.Length; i++)
        {
            _buffers[i] = new PayloadBuffer(maxMessage);
        }

        _receiving = ReceiveAsync();
    }

    /// <summary>Fires when the client has closed or is gone: nobody can receive an answer any more.</summary>
    public CancellationToken Gone => _gone.Token;

    /// <summary>Why receiving stopped on our side, such as a message over the limit; null while it goes on or when the client left.</summary>
    public CallStatus? Violation { get; private set; }

    /// <summary>The next message, on loan until the next read; null when the client has closed.</summary>
    /// <exception cref="CallException">The client broke a limit.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Inbound?> ReadAsync(CancellationToken cancellationToken)
    {
        GiveBack();
        while (await _inbox.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_inbox.Reader.TryRead(out var message))
            {
                Taken(message.Buffer);
                _lent = message.Buffer;
                return message;
            }
        }

        return Violation is { } violation ? throw new CallException(violation) : null;
    }

    /// <summary>Waits for the next message and leaves it where it is, so that what is on loan stays valid; false when none will come.</summary>
    public ValueTask<bool> HasNextAsync(CancellationToken cancellationToken) => _inbox.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>Sends one whole message. Safe from several calls at once.</summary>
    /// <exception cref="CallException">CANCELLED when the client is gone.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> payload, bool isText, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            // Not with the caller's token: a frame that is given up half way takes the socket with it, and a client that has just said
            // goodbye would get a reset instead of an answer.
            var sending = _socket.SendAsync(payload, isText ? WebSocketMessageType.Text : WebSocketMessageType.Binary, WebSocketMessageFlags.EndOfMessage, CancellationToken.None);
            if (sending.IsCompleted)
            {
                await sending;
            }
            else
            {
                await FinishAsync(sending, cancellationToken);
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            throw new CallException(new CallStatus(StatusCode.Cancelled, "The client has gone.") { Origin = StatusOrigin.Client }, e);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Waits for a frame to leave; once its call is over, only for so long, and then the socket is let go.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FinishAsync(ValueTask sending, CancellationToken over)
    {
        ITimer? patience = null;
        var watch = over.UnsafeRegister(
            _ => Volatile.Write(ref patience, _clock.CreateTimer(static socket => ((System.Net.WebSockets.WebSocket)socket!).Abort(), _socket, CloseTimeout, Timeout.InfiniteTimeSpan)), null);
        try
        {
            await sending;
        }
        finally
        {
            await watch.DisposeAsync();
            if (Volatile.Read(ref patience) is { } timer)
            {
                await timer.DisposeAsync();
            }
        }
    }

    /// <summary>Sends the close frame and waits, for a bounded time, for the client's.</summary>
    public async ValueTask CloseAsync(int code, string reason)
    {
        await _sending.WaitAsync();
        try
        {
            if (_closeSent || _socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
            {
                return;
            }

            _closeSent = true;
            await _socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, CancellationToken.None);
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            return;
        }
        finally
        {
            _sending.Release();
        }

        // What still arrives has nobody to read it: drain so that the client's close is reached.
        GiveBack();
        try
        {
            await (Violation is null ? DrainAsync() : DiscardAsync()).WaitAsync(CloseTimeout, _clock);
        }
        catch (TimeoutException)
        {
            _socket.Abort();
        }
    }

    /// <summary>Answers the client's close frame when it is still owed, and lets the socket go.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_socket.State == WebSocketState.CloseReceived)
        {
            await CloseAsync((int)(_socket.CloseStatus ?? WebSocketCloseStatus.NormalClosure), "");
        }

        if (_socket.State != WebSocketState.Closed)
        {
            _socket.Abort();
        }

        GiveBack();
        await DrainAsync();
        await _receiving;
        foreach (var buffer in _buffers)
        {
            buffer.Dispose();
        }
    }

    /// <summary>
    /// After a violation nothing is received any more, but bytes left unread would make the close a reset,
    /// and the client would never see our close frame.
    /// </summary>
    private async Task DiscardAsync()
    {
        var scratch = new byte[4096];
        try
        {
            await _receiving;
            while ((await _socket.ReceiveAsync(scratch.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The client is gone, or took too long and was let go.
        }
    }

    private async Task DrainAsync()
    {
        while (await _inbox.Reader.WaitToReadAsync())
        {
            while (_inbox.Reader.TryRead(out var message))
            {
                Taken(message.Buffer);
                Free(message.Buffer);
            }
        }
    }

    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                await _free.WaitAsync();
                var buffer = _buffers[_next];
                buffer.Clear();
                if (await ReceiveMessageAsync(buffer) is not { } isText)
                {
                    break;
                }

                _next = _next + 1 == _buffers.Length ? 0 : _next + 1;
                var ahead = Interlocked.Add(ref _aheadBytes, buffer.Length);
                await _inbox.Writer.WriteAsync(new Inbound(buffer, isText));
                if (ahead > MaxAheadBytes && _buffers.Length > 2)
                {
                    await WaitUntilReadAsync();
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The client is gone without a close frame (1006).
        }
        finally
        {
            // Messages are taken by the thread that received them; an end is not: whoever ends the connection for it must not do so
            // before the socket has come back from sending what it had to say, such as close 1007.
            await Task.Yield();
            if (Violation is null)
            {
                await _gone.CancelAsync();
            }

            _inbox.Writer.Complete();
        }
    }

    /// <summary>Joins the fragments of one message; null at the client's close, or over the limit.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool?> ReceiveMessageAsync(PayloadBuffer buffer)
    {
        while (true)
        {
            var result = await _socket.ReceiveAsync(buffer.GetMemory(4096), CancellationToken.None);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            buffer.Advance(result.Count);
            if (buffer.Length > _limit)
            {
                Violation = new CallStatus(StatusCode.ResourceExhausted, $"A message is larger than the limit of {_limit} bytes.")
                {
                    HttpStatus = 413,
                    Origin = StatusOrigin.Client,
                };
                return null;
            }

            if (result.EndOfMessage)
            {
                return result.MessageType == WebSocketMessageType.Text;
            }
        }
    }

    private async ValueTask WaitUntilReadAsync()
    {
        while (Volatile.Read(ref _aheadBytes) > MaxAheadBytes)
        {
            // Set first, then looked at again: a message given back in between would else go unnoticed.
            var room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Interlocked.Exchange(ref _tooMuch, room);
            if (Volatile.Read(ref _aheadBytes) > MaxAheadBytes)
            {
                await room.Task;
            }
        }
    }

    private void GiveBack()
    {
        if (_lent is { } lent)
        {
            _lent = null;
            Free(lent);
        }
    }

    private void Free(PayloadBuffer buffer)
    {
        if (_buffers.Length > 2 && buffer.Raw.Length > KeptBytes)
        {
            buffer.Dispose();
        }

        _free.Release();
    }

    /// <summary>What is on loan is no longer ahead.</summary>
    private void Taken(PayloadBuffer buffer)
    {
        Interlocked.Add(ref _aheadBytes, -buffer.Length);
        Volatile.Read(ref _tooMuch)?.TrySetResult();
    }

    /// <summary>One received message, on loan.</summary>
    internal readonly record struct Inbound(PayloadBuffer Buffer, bool IsText)
    {
        public ReadOnlyMemory<byte> Payload => Buffer.WrittenMemory;
    }
}
