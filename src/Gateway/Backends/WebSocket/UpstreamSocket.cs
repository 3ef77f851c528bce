using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using Transcoders.Calls;
using Transcoders.WebSocket;

namespace Gateway.Backends.WebSocket;

/// <summary>A socket to a server: whole messages in, within a bound, and one sender at a time out.</summary>
/// <remarks>A receive is never cancelled: that would abort the socket, and with it the close frame that tells how a call ended.</remarks>
internal sealed class UpstreamSocket
{
    private const int ReceiveSize = 4096;

    private readonly System.Net.WebSockets.WebSocket _socket;
    private readonly int _limit;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly PayloadBuffer[] _buffers;
    private int _next;

    public UpstreamSocket(System.Net.WebSockets.WebSocket socket, int maxMessage, TimeProvider clock)
    {
        _socket = socket;
        _limit = maxMessage;
        _clock = clock;
        _buffers = [new PayloadBuffer(maxMessage), new PayloadBuffer(maxMessage)];
    }

    /// <summary>The next message, on loan until the receive after the next; or how the socket ended. It does not throw.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SocketMessage> ReceiveAsync()
    {
        var buffer = _buffers[_next];
        _next ^= 1;
        buffer.Clear();
        try
        {
            while (true)
            {
                // One byte over the limit is enough to know.
                var space = buffer.GetMemory(Math.Min(ReceiveSize, _limit - buffer.Length + 1));
                var result = await _socket.ReceiveAsync(space[..Math.Min(space.Length, _limit - buffer.Length + 1)], CancellationToken.None);
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    return new SocketMessage(SocketEvent.Closed, default, (int)(_socket.CloseStatus ?? WebSocketCloseStatus.Empty), _socket.CloseStatusDescription ?? "");
                }

                buffer.Advance(result.Count);
                if (buffer.Length > _limit)
                {
                    return new SocketMessage(SocketEvent.TooLarge, default, 0, "");
                }

                if (result.EndOfMessage)
                {
                    return new SocketMessage(result.MessageType == WebSocketMessageType.Text ? SocketEvent.Text : SocketEvent.Binary, buffer.WrittenMemory, 0, "");
                }
            }
        }
        catch (WebSocketException e) when (e.WebSocketErrorCode == WebSocketError.Faulted && e.InnerException is null)
        {
            return new SocketMessage(SocketEvent.Violation, default, 0, "");
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            return new SocketMessage(SocketEvent.Closed, default, CloseCodeMapping.NoCloseFrame, "");
        }
    }

    /// <summary>Sends one whole message.</summary>
    /// <exception cref="IOException">The server takes no more; what it sent tells why.</exception>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> payload, bool isText, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            await _socket.SendAsync(payload, isText ? WebSocketMessageType.Text : WebSocketMessageType.Binary, WebSocketMessageFlags.EndOfMessage, cancellationToken);
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or InvalidOperationException)
        {
            throw new IOException("The backend's WebSocket takes no more messages.", e);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Sends the close frame and goes on receiving: a half-close, for servers that take it as one.</summary>
    /// <exception cref="IOException">The server takes no more.</exception>
    public async ValueTask CloseOutputAsync(int code, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await _socket.CloseOutputAsync((WebSocketCloseStatus)code, "", cancellationToken);
            }
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or InvalidOperationException)
        {
            throw new IOException("The backend's WebSocket takes no more messages.", e);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Closes in order: farewell, close frame, the server's close frame; broken off when that takes too long. It does not throw.</summary>
    /// <param name="code">What the close frame says.</param>
    /// <param name="farewell">A last text message; null for none.</param>
    /// <param name="receiving">A receive that is under way; null when there is none.</param>
    /// <param name="patience">How long the server may take.</param>
    public async Task CloseAsync(int code, ReadOnlyMemory<byte>? farewell, Task<SocketMessage>? receiving, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience, _clock);
        try
        {
            if (farewell is { } message && _socket.State == WebSocketState.Open)
            {
                await SendAsync(message, isText: true, limit.Token);
            }

            await CloseOutputAsync(code, limit.Token);
            await DrainAsync(receiving).WaitAsync(limit.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The server is gone, or takes too long: nobody is left to close in order with.
        }

        // A receive that is still under way ends with this.
        _socket.Abort();
        _socket.Dispose();
        if (receiving is not null)
        {
            await receiving;
        }
    }

    /// <summary>Gives the buffers back, once nothing that was received is looked at any more.</summary>
    public void Release()
    {
        foreach (var buffer in _buffers)
        {
            buffer.Dispose();
        }

        _sending.Dispose();
    }

    /// <summary>Reads what still arrives, for nobody, up to the server's close frame.</summary>
    private async Task DrainAsync(Task<SocketMessage>? receiving)
    {
        if (receiving is not null && (await receiving).Event is not (SocketEvent.Text or SocketEvent.Binary))
        {
            return;
        }

        var scratch = new byte[ReceiveSize];
        try
        {
            while (_socket.State is WebSocketState.CloseSent
                && (await _socket.ReceiveAsync(scratch.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // Gone without a close frame, or let go after the limit.
        }
    }
}

/// <summary>What came of a receive.</summary>
internal enum SocketEvent : byte
{
    Text,
    Binary,
    Closed,

    /// <summary>A message over the limit; it was not received to its end.</summary>
    TooLarge,

    /// <summary>The server broke the rules of the protocol.</summary>
    Violation,
}

/// <summary>One message, or the end of a socket.</summary>
/// <param name="Event">Which.</param>
/// <param name="Payload">The message, on loan.</param>
/// <param name="CloseCode">Of <see cref="SocketEvent.Closed"/>; 1005 and 1006 stand for a frame without a code, and for no frame.</param>
/// <param name="Reason">Of the close frame.</param>
internal readonly record struct SocketMessage(SocketEvent Event, ReadOnlyMemory<byte> Payload, int CloseCode, string Reason);
