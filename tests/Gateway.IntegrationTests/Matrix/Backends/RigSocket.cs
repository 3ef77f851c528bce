using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Matrix.Edges;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Matrix.Backends;

/// <summary>The server's end of one WebSocket: one plain call, or the calls of an envelope.</summary>
internal sealed class RigSocket(HttpContext context, SeenLedger ledger) : IDisposable
{
    public const string Envelope = "gateway.v1.json";

    private readonly IReadOnlyList<KeyValuePair<string, string>> _headers = WebServer.Headers(context.Request);
    private readonly Dictionary<long, SocketRigCall> _calls = [];
    private readonly List<Task> _running = [];
    private readonly SemaphoreSlim _sending = new(1);
    private readonly CancellationTokenSource _gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
    private WebSocket _socket = null!;

    public async Task ServeAsync()
    {
        var isEnvelope = context.WebSockets.WebSocketRequestedProtocols.Contains(Envelope);
        using var socket = _socket = await context.WebSockets.AcceptWebSocketAsync(isEnvelope ? Envelope : null);
        try
        {
            if (!isEnvelope)
            {
                Start(0, new PlainSocketCall(this, _gone.Token)
                {
                    Method = WebServer.MethodOf(context.Request.Path),
                    Headers = _headers,
                    Deadline = RigCall.DeadlineOf(_headers),
                });
            }

            while (await ReadAsync() is { } text)
            {
                if (isEnvelope)
                {
                    TakeFrame(JsonNode.Parse(text)!);
                }
                else if (text.Length == 0)
                {
                    _calls[0].HalfClose();
                }
                else
                {
                    _calls[0].Take(JsonNode.Parse(text)!);
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // Gone without a close frame: the same for its calls.
        }

        await _gone.CancelAsync();
        await Task.WhenAll(_running);
        if (_socket.State is WebSocketState.CloseReceived)
        {
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", context.RequestAborted);
        }
    }

    public async Task SendAsync(string text, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            await _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, cancellationToken);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Says goodbye with the code of the failure: 4000 and its HTTP status.</summary>
    public Task CloseAsync(RigFailure? failure, CancellationToken cancellationToken) => failure is null
        ? _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", cancellationToken)
        : _socket.CloseOutputAsync((WebSocketCloseStatus)(4000 + HttpStatuses.Of(failure.Code)), Reason(failure), cancellationToken);

    public void Dispose()
    {
        foreach (var call in _calls.Values)
        {
            call.Dispose();
        }

        _gone.Dispose();
        _sending.Dispose();
    }

    private void TakeFrame(JsonNode frame)
    {
        var id = (long?)frame["id"];
        switch ((string?)frame["t"])
        {
            case "start":
                var own = frame["headers"]?.AsObject().Select(static h => KeyValuePair.Create(h.Key, (string)h.Value!)) ?? [];
                var timeout = (long?)frame["timeoutMs"];
                IReadOnlyList<KeyValuePair<string, string>> headers = [.. _headers, .. own];
                var call = new EnvelopeSocketCall(this, id, _gone.Token)
                {
                    Method = WebServer.MethodOf((string?)frame["method"] ?? context.Request.Path),
                    Headers = headers,
                    Deadline = timeout is null ? RigCall.DeadlineOf(headers) : ($"{timeout}m", TimeSpan.FromMilliseconds(timeout.Value)),
                };
                TakeMessage(call, frame);
                Start(id ?? 0, call);
                break;
            case "msg":
                TakeMessage(_calls[id ?? 0], frame);
                break;
            case "half":
                _calls[id ?? 0].HalfClose();
                break;
            case "cancel":
                _calls[id ?? 0].Cancel();
                break;
            default:
                throw new InvalidDataException($"No frame of the envelope: {frame.ToJsonString()}");
        }
    }

    private static void TakeMessage(SocketRigCall call, JsonNode frame)
    {
        if (frame["data"] is { } data)
        {
            call.Take(data);
        }

        if ((bool?)frame["last"] == true)
        {
            call.HalfClose();
        }
    }

    private void Start(long id, SocketRigCall call)
    {
        _calls[id] = call;
        _running.Add(new BehaviourScript(call, ledger).RunAsync());
    }

    private async Task<string?> ReadAsync()
    {
        using var message = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var result = await _socket.ReceiveAsync(buffer.AsMemory(), _gone.Token);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            message.Write(buffer, 0, result.Count);
            if (result.EndOfMessage)
            {
                return Encoding.UTF8.GetString(message.GetBuffer(), 0, (int)message.Length);
            }
        }
    }

    /// <summary>`NOT_FOUND: no item a`, on one line and at most 123 bytes of it; nothing for a bare one.</summary>
    private static string Reason(RigFailure failure)
    {
        if (failure.IsBare)
        {
            return "";
        }

        var text = string.Concat($"{failure.Name}: {failure.Message}".Select(static c => char.IsControl(c) ? ' ' : c));
        while (Encoding.UTF8.GetByteCount(text) > 123)
        {
            text = text[..^(char.IsLowSurrogate(text[^1]) ? 2 : 1)];
        }

        return text;
    }
}
