using System.Net.Sockets;
using System.Text;

namespace Gateway.IntegrationTests.Hosting;

/// <summary>A TCP connection to the gateway, for what an HTTP library would tidy up.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    public static async Task<RawConnection> OpenAsync(Uri server)
    {
        var connection = new RawConnection();
        await connection._socket.ConnectAsync(server.Host, server.Port);
        return connection;
    }

    public async Task SendAsync(string text) => await _socket.SendAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Reads until the text has come; returns everything read.</summary>
    public async Task<string> ReadUntilAsync(string text)
    {
        var read = new StringBuilder();
        var buffer = new byte[16 * 1024];
        while (!read.ToString().Contains(text, StringComparison.Ordinal))
        {
            var count = await _socket.ReceiveAsync(buffer, Wait.Token());
            if (count == 0)
            {
                throw new EndOfStreamException($"The connection ended before '{text}': {read}");
            }

            read.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        return read.ToString();
    }

    /// <summary>Reads until the server closes, well or not.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var read = new StringBuilder();
        var buffer = new byte[16 * 1024];
        try
        {
            for (int count; (count = await _socket.ReceiveAsync(buffer, Wait.Token())) != 0;)
            {
                read.Append(Encoding.UTF8.GetString(buffer, 0, count));
            }
        }
        catch (SocketException)
        {
            // Reset: what came before it counts.
        }

        return read.ToString();
    }

    /// <summary>The head of an answer, to the empty line. What follows it is left to the methods below, and they are not mixed with those above.</summary>
    public async Task<string> ReadHeadAsync()
    {
        var head = new StringBuilder();
        for (string line; (line = await ReadLineAsync()).Length != 0;)
        {
            head.Append(line).Append("\r\n");
        }

        return head.ToString();
    }

    /// <summary>A line without its CRLF.</summary>
    /// <exception cref="IOException">The connection ended before the line did.</exception>
    public async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (line.Length < 2 || line[^2] != '\r' || line[^1] != '\n')
        {
            line.Append(await ReadExactlyAsync(1));
        }

        return line.ToString(0, line.Length - 2);
    }

    /// <summary>So many bytes of ASCII.</summary>
    /// <exception cref="IOException">The connection ended before.</exception>
    public async Task<string> ReadExactlyAsync(int count)
    {
        var text = new StringBuilder();
        while (text.Length < count)
        {
            var part = await ReadSomeAsync(count - text.Length);
            text.Append(part.Length != 0 ? part : throw new EndOfStreamException($"The connection ended {count - text.Length} bytes too early."));
        }

        return text.ToString();
    }

    /// <summary>What is there, waiting for a byte at least; empty when the server closed the connection in order.</summary>
    /// <exception cref="IOException">The server reset the connection.</exception>
    public async Task<string> ReadSomeAsync(int most)
    {
        var buffer = new byte[most];
        try
        {
            return Encoding.ASCII.GetString(buffer, 0, await _socket.ReceiveAsync(buffer, Wait.Token()));
        }
        catch (SocketException e)
        {
            throw new IOException("The connection was reset.", e);
        }
    }

    /// <summary>Leaves with a reset, as a program that crashed.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public void Dispose() => _socket.Dispose();
}
