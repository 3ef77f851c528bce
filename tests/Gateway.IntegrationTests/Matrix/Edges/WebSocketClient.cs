using System.Net.WebSockets;
using System.Text;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Matrix.Edges;

/// <summary>A client socket that reads whole messages.</summary>
internal sealed class WebSocketClient : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly HttpMessageInvoker _invoker = new(SmallSockets.Client());
    private byte[] _buffer = new byte[64 * 1024];

    public ClientWebSocket Socket => _socket;

    public int CloseCode => (int)(_socket.CloseStatus ?? 0);

    public string CloseReason => _socket.CloseStatusDescription ?? "";

    /// <summary>True when the last message was text.</summary>
    public bool WasText { get; private set; }

    public static async Task<WebSocketClient> ConnectAsync(Uri address, Action<ClientWebSocketOptions>? configure = null)
    {
        var client = new WebSocketClient();
        client._socket.Options.CollectHttpResponseDetails = true;
        configure?.Invoke(client._socket.Options);
        try
        {
            await client._socket.ConnectAsync(address, client._invoker, Wait.Token());
        }
        catch
        {
            client.Dispose();
            throw;
        }

        return client;
    }

    public Task SendTextAsync(string text) => _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, Wait.Token());

    public Task SendBinaryAsync(ReadOnlyMemory<byte> bytes) => _socket.SendAsync(bytes, WebSocketMessageType.Binary, true, Wait.Token()).AsTask();

    public async Task<string?> ReadTextAsync() => await ReadAsync() is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;

    /// <summary>The next message, valid until the next read; null once the server has closed.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync()
    {
        var length = 0;
        while (true)
        {
            var result = await _socket.ReceiveAsync(_buffer.AsMemory(length), Wait.Token());
            if (result.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            length += result.Count;
            if (result.EndOfMessage)
            {
                WasText = result.MessageType == WebSocketMessageType.Text;
                return _buffer.AsMemory(0, length);
            }

            if (length == _buffer.Length)
            {
                Array.Resize(ref _buffer, length * 2);
            }
        }
    }

    public Task CloseAsync() => _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", Wait.Token());

    public void Dispose()
    {
        _socket.Dispose();
        _invoker.Dispose();
    }
}
