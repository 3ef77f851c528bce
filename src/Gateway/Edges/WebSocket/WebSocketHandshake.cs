using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Timeouts;
using Transcoders.Calls;

namespace Gateway.Edges.WebSocket;

/// <summary>
/// An upgrade that has been asked for and is granted when somebody wants the socket. Until then the client can be answered in plain HTTP.
/// Whoever made it disposes it, and with it the socket.
/// </summary>
internal sealed class WebSocketHandshake : IAsyncDisposable
{
    private readonly EdgeRequest _request;
    private readonly string? _subprotocol;
    private readonly int _ahead;
    private readonly CancellationTokenSource _gone = new();
    private readonly CancellationTokenRegistration _left;
    private readonly TaskCompletionSource<WebSocketConnection> _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private Task<WebSocketConnection>? _accepting;
    private System.Net.WebSockets.WebSocket? _socket;

    /// <param name="request">The request for the upgrade.</param>
    /// <param name="subprotocol">The one to answer with; null for none.</param>
    /// <param name="ahead">Most messages read ahead of the one that is read.</param>
    public WebSocketHandshake(EdgeRequest request, string? subprotocol, int ahead = 1)
    {
        _request = request;
        _subprotocol = subprotocol;
        _ahead = ahead;
        _left = request.Context.RequestAborted.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _gone);
    }

    /// <summary>Fires when the client has closed or is gone, before the upgrade or after.</summary>
    public CancellationToken Gone => _gone.Token;

    /// <summary>The socket; null until the upgrade.</summary>
    public WebSocketConnection? Connection { get; private set; }

    /// <summary>Completes with the upgrade, whoever asks for it.</summary>
    public Task<WebSocketConnection> Accepted => _accepted.Task;

    /// <summary>Grants the upgrade, once. Safe from several threads.</summary>
    /// <exception cref="CallException">CANCELLED when the client is gone.</exception>
    public Task<WebSocketConnection> AcceptAsync()
    {
        lock (_lock)
        {
            return _accepting ??= AcceptOnceAsync();
        }
    }

    /// <summary>Answers with a status in plain HTTP. The upgrade must not have been granted.</summary>
    public ValueTask RefuseAsync(CallStatus status) => StatusResponse.WriteAsync(_request.Context, _request.Route, status);

    public async ValueTask DisposeAsync()
    {
        await _left.DisposeAsync();
        if (Connection is not null)
        {
            await Connection.DisposeAsync();
        }

        _socket?.Dispose();
        _gone.Dispose();
    }

    private async Task<WebSocketConnection> AcceptOnceAsync()
    {
        var context = _request.Context;
        var options = _request.Route.Settings.Options.WebSocket;
        context.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        if (_request.Shaper is { } shaper)
        {
            // The handshake's answer is the only one with headers: the affinity cookie leaves with it.
            await shaper.ShapeAsync(context, ResponseHead.Empty);
        }

        try
        {
            _socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
            {
                SubProtocol = _subprotocol,
                KeepAliveInterval = options.PingInterval,
                KeepAliveTimeout = options.PongTimeout,
            });
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested || e is IOException or ConnectionAbortedException or OperationCanceledException)
        {
            throw new CallException(new CallStatus(StatusCode.Cancelled, "The client has gone.") { Origin = StatusOrigin.Client }, e);
        }

        // From here on the socket's own reading tells.
        _left.Unregister();
        Connection = new WebSocketConnection(_socket, options.MaxMessageSize ?? _request.Route.Limits.MessageSize, _request.Clock, _gone, _ahead);
        _accepted.TrySetResult(Connection);
        return Connection;
    }
}
