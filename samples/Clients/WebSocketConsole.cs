using System.Buffers;
using System.Net.WebSockets;
using System.Text;

namespace Samples.Clients;

/// <summary>Sends lines as text messages and prints what comes back.</summary>
internal static class WebSocketConsole
{
    private const int MaxMessage = 64 * 1024 * 1024;

    public static async Task<int> RunAsync(ClientArguments arguments, CancellationToken cancellationToken)
    {
        using var socket = new ClientWebSocket();
        foreach (var (name, value) in arguments.Headers)
        {
            socket.Options.SetRequestHeader(name, value);
        }

        if (arguments.Subprotocol is not null)
        {
            socket.Options.AddSubProtocol(arguments.Subprotocol);
        }

        try
        {
            await socket.ConnectAsync(arguments.Url, cancellationToken);
        }
        catch (WebSocketException error)
        {
            Console.Error.WriteLine($"clients: {arguments.Url}: {error.Message}");
            return 1;
        }

        using var finished = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = SendAsync(socket, arguments, finished.Token);
        await PrintAsync(socket, arguments.Count, cancellationToken);
        finished.Cancel();
        await sending;

        Console.Error.WriteLine($"closed {(int?)socket.CloseStatus} {socket.CloseStatusDescription}".TrimEnd());
        return socket.CloseStatus is null or WebSocketCloseStatus.NormalClosure ? 0 : 1;
    }

    private static async Task SendAsync(ClientWebSocket socket, ClientArguments arguments, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var message in arguments.ReadMessagesAsync(cancellationToken))
            {
                await socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            // The other side has closed; what it said is printed by the reader.
        }
    }

    private static async Task PrintAsync(ClientWebSocket socket, int? count, CancellationToken cancellationToken)
    {
        var message = new ArrayBufferWriter<byte>();
        for (var printed = 0; ;)
        {
            ValueWebSocketReceiveResult received;
            try
            {
                received = await socket.ReceiveAsync(message.GetMemory(16 * 1024), cancellationToken);
            }
            catch (WebSocketException)
            {
                // Ended without a close frame: the exit says so with an empty code.
                return;
            }

            if (received.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
                return;
            }

            message.Advance(received.Count);
            if (message.WrittenCount > MaxMessage)
            {
                throw new InvalidDataException($"A message of more than {MaxMessage} bytes.");
            }

            if (!received.EndOfMessage)
            {
                continue;
            }

            Console.WriteLine(received.MessageType == WebSocketMessageType.Text
                ? Encoding.UTF8.GetString(message.WrittenSpan)
                : Convert.ToBase64String(message.WrittenSpan));
            message.ResetWrittenCount();
            if (++printed == count)
            {
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
                return;
            }
        }
    }
}
