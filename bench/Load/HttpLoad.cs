using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Bench.Driver;

/// <summary>HTTP/1.1 over one keep-alive connection, with next to no work of its own.</summary>
/// <param name="expectedLines">How many line ends the body must hold, for a stream; zero counts the answer as one call.</param>
/// <param name="linesPerMessage">Line ends that each message of a stream has.</param>
internal sealed class HttpLoad(Uri address, ReadOnlyMemory<byte> request, int expectedLines, int linesPerMessage = 1) : ILoad
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[256 * 1024];
    private int _start;
    private int _end;

    public static ReadOnlyMemory<byte> Get(Uri address, string path, string accept = "*/*") =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\nAccept: {accept}\r\n\r\n");

    public static ReadOnlyMemory<byte> Post(Uri address, string path, string contentType, byte[] body) =>
        (byte[])[.. Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: {contentType}\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];

    public async Task<int> CallAsync(CancellationToken cancellationToken)
    {
        if (!_socket.Connected)
        {
            await _socket.ConnectAsync(address.Host, address.Port, cancellationToken);
        }

        await _socket.SendAsync(request, cancellationToken);
        var head = await ReadHeadAsync(cancellationToken);
        if (!head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{address}: {head}");
        }

        var lines = Header(head, "content-length") is { } length
            ? await ReadBodyAsync(int.Parse(length, CultureInfo.InvariantCulture), cancellationToken)
            : await ReadChunksAsync(cancellationToken);
        if (lines < expectedLines)
        {
            throw new InvalidDataException($"{address}: {lines} lines instead of {expectedLines}");
        }

        return Math.Max(1, expectedLines / linesPerMessage);
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<string> ReadHeadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var end = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                var head = Encoding.ASCII.GetString(_buffer, _start, end + 2);
                _start += end + 4;
                return head;
            }

            await FillAsync(cancellationToken);
        }
    }

    private async ValueTask<int> ReadChunksAsync(CancellationToken cancellationToken)
    {
        var lines = 0;
        while (true)
        {
            int end;
            while ((end = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8)) < 0)
            {
                await FillAsync(cancellationToken);
            }

            var size = int.Parse(Encoding.ASCII.GetString(_buffer, _start, end), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            _start += end + 2;
            if (size == 0)
            {
                await ReadTrailersAsync(cancellationToken);
                return lines;
            }

            lines += await ReadBodyAsync(size, cancellationToken);
            // The line end after the chunk is framing, not body: not counted.
            await ReadBodyAsync(2, cancellationToken);
        }
    }

    private async ValueTask ReadTrailersAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            int end;
            while ((end = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8)) < 0)
            {
                await FillAsync(cancellationToken);
            }

            _start += end + 2;
            if (end == 0)
            {
                return;
            }
        }
    }

    /// <summary>Reads so many bytes; returns how many of them are line ends.</summary>
    private async ValueTask<int> ReadBodyAsync(int length, CancellationToken cancellationToken)
    {
        var lines = 0;
        while (length > 0)
        {
            if (_start == _end)
            {
                await FillAsync(cancellationToken);
            }

            var part = Math.Min(length, _end - _start);
            lines += _buffer.AsSpan(_start, part).Count((byte)'\n');
            _start += part;
            length -= part;
        }

        return lines;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == _buffer.Length)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        var read = await _socket.ReceiveAsync(_buffer.AsMemory(_end), cancellationToken);
        if (read == 0)
        {
            throw new InvalidDataException($"{address}: closed in the middle of an answer");
        }

        _end += read;
    }

    private static string? Header(string head, string name)
    {
        var at = head.IndexOf("\r\n" + name + ":", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return null;
        }

        at += name.Length + 3;
        return head[at..head.IndexOf("\r\n", at, StringComparison.Ordinal)].Trim();
    }
}
