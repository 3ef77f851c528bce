using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Gateway.Forwarding;

/// <summary>One real address behind two listeners: looks at the first bytes of each connection, consumes none, and hands it to the right one.</summary>
/// <remarks>
/// The connection that is handed over is the transport's own, with all its features.
/// Life: bound by the first of the two listeners, unbound by the first that unbinds, disposed by Kestrel through both.
/// </remarks>
internal sealed partial class SniffingSocket(ListenAddress address, SniffingOptions options, TimeProvider time, ILogger<SniffingSocket> logger) : IAsyncDisposable
{
    /// <summary>Pause after an accept that failed (out of file descriptors, say), so that the loop does not spin.</summary>
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly CancellationTokenSource _unbound = new();
    private readonly Channel<ConnectionContext> _http1 = NewChannel(options);
    private readonly Channel<ConnectionContext> _http2 = NewChannel(options);

    // Counts the accept loop and every sniffer; the last to leave completes the channels.
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<IConnectionListener> _listeners = [];
    private int _running;
    private int _waiting;
    private bool _stopped;

    /// <summary>The address asked for; its port may be zero.</summary>
    public ListenAddress Address => address;

    /// <summary>Connections not told apart yet.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Binds the address, unless the other half has done so.</summary>
    /// <returns>What was bound, the real port in it.</returns>
    public async ValueTask<EndPoint> BindAsync(IConnectionListenerFactory transport, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_listeners.Count == 0)
            {
                await BindAllAsync(transport, cancellationToken);
                _running = _listeners.Count;
                foreach (var listener in _listeners)
                {
                    _ = AcceptLoopAsync(listener);
                }
            }

            return _listeners[0].EndPoint;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The next connection of one protocol; null when the socket is unbound.</summary>
    public async ValueTask<ConnectionContext?> AcceptAsync(SniffedProtocol protocol, CancellationToken cancellationToken)
    {
        var channel = Of(protocol).Reader;
        while (await channel.WaitToReadAsync(cancellationToken))
        {
            if (channel.TryRead(out var connection))
            {
                return connection;
            }
        }

        return null;
    }

    /// <summary>Closes the port, and the connections nobody has told apart yet. Those handed over are Kestrel's to drain.</summary>
    /// <remarks>Takes no cancellation: Kestrel's Dispose comes with one that has fired, and the port must close all the same. Nothing here waits for a client.</remarks>
    public async ValueTask UnbindAsync()
    {
        await _gate.WaitAsync();
        try
        {
            if (_listeners.Count == 0)
            {
                return;
            }

            if (!_stopped)
            {
                _stopped = true;
                await _unbound.CancelAsync();
                foreach (var listener in _listeners)
                {
                    await listener.UnbindAsync();
                }
            }
        }
        finally
        {
            _gate.Release();
        }

        await _idle.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        await _gate.WaitAsync();
        try
        {
            // Told apart, but Kestrel had stopped accepting.
            while (_http1.Reader.TryRead(out var connection) || _http2.Reader.TryRead(out connection))
            {
                await CloseAsync(connection, "The server is stopping.");
            }

            foreach (var listener in _listeners)
            {
                await listener.DisposeAsync();
            }

            _listeners.Clear();
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task BindAllAsync(IConnectionListenerFactory transport, CancellationToken cancellationToken)
    {
        try
        {
            _listeners.Add(await transport.BindAsync(address.Primary, cancellationToken));
        }
        catch (SocketException failure) when (address.Alternative is not null)
        {
            // No such address family here. A port in use is another exception, and ends the start.
            AddressUnavailable(logger, address.Primary, address.Url, failure.Message);
        }

        if (address.Alternative is not { } alternative || (_listeners.Count > 0 && !address.Both))
        {
            return;
        }

        // http://localhost:0 has one port, whichever the family.
        if (alternative.Port == 0 && _listeners is [{ EndPoint: IPEndPoint bound }])
        {
            alternative = new IPEndPoint(alternative.Address, bound.Port);
        }

        try
        {
            _listeners.Add(await transport.BindAsync(alternative, cancellationToken));
        }
        catch (SocketException failure) when (_listeners.Count > 0)
        {
            AddressUnavailable(logger, alternative, address.Url, failure.Message);
        }
        catch
        {
            foreach (var listener in _listeners)
            {
                await listener.DisposeAsync();
            }

            _listeners.Clear();
            throw;
        }
    }

    private async Task AcceptLoopAsync(IConnectionListener listener)
    {
        try
        {
            while (!_unbound.IsCancellationRequested)
            {
                if (await AcceptOneAsync(listener) is not { } connection)
                {
                    continue;
                }

                if (Interlocked.Increment(ref _waiting) > options.MaxWaiting)
                {
                    Interlocked.Decrement(ref _waiting);
                    SniffingRefused(logger, connection.ConnectionId, options.MaxWaiting);
                    _ = CloseAsync(connection, "Too many connections wait.");
                    continue;
                }

                Interlocked.Increment(ref _running);
                _ = SniffAsync(connection);
            }
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>The next connection; null when there is none this time, which ends the loop once the socket is unbound.</summary>
    private async Task<ConnectionContext?> AcceptOneAsync(IConnectionListener listener)
    {
        try
        {
            var connection = await listener.AcceptAsync(CancellationToken.None);
            if (connection is null)
            {
                // The listener is unbound. Ours may follow a moment later.
                await _unbound.CancelAsync();
            }

            return connection;
        }
        catch (Exception failure) when (!_unbound.IsCancellationRequested)
        {
            AcceptFailed(logger, address.Url, failure);
            await Task.Delay(AcceptPause, time, _unbound.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return null;
        }
        catch (Exception failure)
        {
            AcceptFailed(logger, address.Url, failure);
            return null;
        }
    }

    private async Task SniffAsync(ConnectionContext connection)
    {
        using var timeout = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _unbound.Token);
        try
        {
            var protocol = await ReadProtocolAsync(connection.Transport.Input, either.Token);
            if (protocol != SniffedProtocol.Unknown)
            {
                // Full only when Kestrel does not accept; the connection still counts as waiting then.
                await Of(protocol).Writer.WriteAsync(connection, either.Token);
                return;
            }

            await CloseAsync(connection, "Closed before the first byte.");
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            if (!_unbound.IsCancellationRequested)
            {
                SniffingTimedOut(logger, connection.ConnectionId, options.Timeout);
            }

            await CloseAsync(connection, _unbound.IsCancellationRequested ? "The server is stopping." : "No request in time.");
        }
        catch (Exception failure)
        {
            // A reset by the client, as a rule.
            SniffingFailed(logger, connection.ConnectionId, failure);
            await CloseAsync(connection, failure.Message);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
            Leave();
        }
    }

    /// <summary>Waits until the first bytes say which protocol it is, and leaves them all unread. Unknown: the client closed without a byte.</summary>
    private static async ValueTask<SniffedProtocol> ReadProtocolAsync(PipeReader input, CancellationToken cancellationToken)
    {
        long examined = 0;
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            var protocol = SniffingPreface.Judge(buffer);
            if (protocol == SniffedProtocol.Unknown && !result.IsCompleted)
            {
                // The same bytes alone must not wake us again.
                examined = buffer.Length;
                input.AdvanceTo(buffer.Start, buffer.End);
                continue;
            }

            // A pipe refuses to examine less than before; there are more bytes than that now, so Kestrel's first read returns at once.
            var empty = buffer.IsEmpty;
            input.AdvanceTo(buffer.Start, buffer.GetPosition(examined));
            return (protocol, empty) switch
            {
                (SniffedProtocol.Unknown, true) => SniffedProtocol.Unknown,
                // Half a preface and then the end: Kestrel's HTTP/1.1 parser says what there is to say.
                (SniffedProtocol.Unknown, false) => SniffedProtocol.Http1,
                _ => protocol,
            };
        }
    }

    private async Task CloseAsync(ConnectionContext connection, string reason)
    {
        try
        {
            connection.Abort(new ConnectionAbortedException(reason));
            await connection.DisposeAsync();
        }
        catch (Exception failure)
        {
            CloseFailed(logger, connection.ConnectionId, failure);
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _running) == 0)
        {
            _http1.Writer.TryComplete();
            _http2.Writer.TryComplete();
            _idle.TrySetResult();
        }
    }

    private Channel<ConnectionContext> Of(SniffedProtocol protocol) => protocol == SniffedProtocol.Http2 ? _http2 : _http1;

    private static Channel<ConnectionContext> NewChannel(SniffingOptions options) =>
        Channel.CreateBounded<ConnectionContext>(new BoundedChannelOptions(options.MaxWaiting) { SingleReader = true });

    [LoggerMessage(231, LogLevel.Warning, "SniffingRefused: Connection {ConnectionId} refused: {MaxWaiting} connections wait for their first bytes already.")]
    private static partial void SniffingRefused(ILogger logger, string connectionId, int maxWaiting);

    [LoggerMessage(232, LogLevel.Debug, "SniffingTimedOut: Connection {ConnectionId} closed: it did not say its protocol within {Timeout}.")]
    private static partial void SniffingTimedOut(ILogger logger, string connectionId, TimeSpan timeout);

    [LoggerMessage(233, LogLevel.Error, "AcceptFailed: Accepting on {Address} failed; trying again.")]
    private static partial void AcceptFailed(ILogger logger, string address, Exception failure);

    [LoggerMessage(234, LogLevel.Debug, "CloseFailed: Closing connection {ConnectionId} failed.")]
    private static partial void CloseFailed(ILogger logger, string connectionId, Exception failure);

    [LoggerMessage(235, LogLevel.Debug, "SniffingFailed: Connection {ConnectionId} closed before it said its protocol.")]
    private static partial void SniffingFailed(ILogger logger, string connectionId, Exception failure);

    [LoggerMessage(236, LogLevel.Information, "AddressUnavailable: {Address} of {Url} cannot be bound here: {Reason}")]
    private static partial void AddressUnavailable(ILogger logger, EndPoint address, string url, string reason);
}
