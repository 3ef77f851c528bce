namespace Gateway.Bench.Driver.Cells;

/// <summary>One socket, one message after the other, each answered before the next is sent.</summary>
/// <param name="answer">What must come back; empty takes anything.</param>
internal sealed class WebSocketEchoLoad(Uri address, string path, byte[] message, byte[] answer) : ILoad
{
    private readonly RawWebSocket _socket = new(address, path);
    private readonly byte[] _frame = RawWebSocket.Frame(message);

    public async Task<int> CallAsync(CancellationToken cancellationToken)
    {
        if (!_socket.IsConnected)
        {
            await _socket.ConnectAsync(64 * 1024, cancellationToken);
        }

        await _socket.SendAsync(_frame, cancellationToken);
        return await _socket.ReadAsync(cancellationToken) is { } echo && (answer.Length == 0 ? echo.Length > 0 : echo.Span.SequenceEqual(answer))
            ? 1
            : throw new InvalidDataException($"{address}{path}: not the echo, close code {_socket.CloseCode}");
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return default;
    }
}

/// <summary>A socket for each call: connect, one message, its echo, close, hang up.</summary>
internal sealed class WebSocketConnectLoad(Uri address, string path, byte[] message) : ILoad
{
    private readonly byte[] _frame = RawWebSocket.Frame(message);

    public async Task<int> CallAsync(CancellationToken cancellationToken)
    {
        using var socket = new RawWebSocket(address, path);
        await socket.ConnectAsync(4096, cancellationToken);
        await socket.SendAsync(_frame, cancellationToken);
        if (await socket.ReadAsync(cancellationToken) is not { } echo || !echo.Span.SequenceEqual(message))
        {
            throw new InvalidDataException($"{address}{path}: not the echo, close code {socket.CloseCode}");
        }

        await socket.CloseAsync(cancellationToken);
        return 1;
    }

    public ValueTask DisposeAsync() => default;
}

/// <summary>A socket for each call, on which so many messages come and then the close.</summary>
internal sealed class WebSocketStreamLoad(Uri address, string path, int expectedMessages) : ILoad
{
    public async Task<int> CallAsync(CancellationToken cancellationToken)
    {
        using var socket = new RawWebSocket(address, path);
        await socket.ConnectAsync(256 * 1024, cancellationToken);
        var messages = 0;
        while (await socket.ReadAsync(cancellationToken) is not null)
        {
            messages++;
        }

        if (messages != expectedMessages || socket.CloseCode != 1000)
        {
            throw new InvalidDataException($"{address}{path}: {messages} messages instead of {expectedMessages}, close code {socket.CloseCode}");
        }

        await socket.CloseAsync(cancellationToken);
        return messages;
    }

    public ValueTask DisposeAsync() => default;
}
