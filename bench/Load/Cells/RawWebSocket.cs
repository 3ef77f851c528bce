using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Bench.Driver.Cells;

/// <summary>A WebSocket client with next to no work of its own. Messages are taken to be unfragmented and no larger than its buffer.</summary>
internal sealed class RawWebSocket(Uri address, string path) : IDisposable
{
    private const byte Text = 0x81;
    private const byte Close = 0x88;
    private const byte Ping = 0x89;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _buffer = [];
    private int _start;
    private int _end;

    public bool IsConnected => _socket.Connected;

    /// <summary>The code of the close frame that was read; 0 for one without, null before.</summary>
    public int? CloseCode { get; private set; }

    /// <summary>A masked text frame; with a mask of zeros it holds the text as it is.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> text) => text.Length < 126
        ? [Text, (byte)(0x80 | text.Length), 0, 0, 0, 0, .. text]
        : [Text, 0x80 | 126, (byte)(text.Length >> 8), (byte)text.Length, 0, 0, 0, 0, .. text];

    /// <param name="bufferSize">What one message must fit into.</param>
    public async Task ConnectAsync(int bufferSize, CancellationToken cancellationToken)
    {
        _buffer = new byte[bufferSize];
        await _socket.ConnectAsync(address.Host, address.Port, cancellationToken);
        var request = $"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        await _socket.SendAsync(Encoding.ASCII.GetBytes(request).AsMemory(), cancellationToken);
        int head;
        while ((head = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8)) < 0)
        {
            await FillAsync(cancellationToken);
        }

        if (!_buffer.AsSpan(_start).StartsWith("HTTP/1.1 101"u8))
        {
            throw new InvalidDataException($"{address}{path}: {Encoding.ASCII.GetString(_buffer, _start, head)}");
        }

        _start += head + 4;
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellationToken) =>
        await _socket.SendAsync(frames, cancellationToken);

    /// <summary>The next message, valid until the next read; null at the close frame.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            int head;
            int length;
            while ((head = Head(out length)) == 0 || _end - _start < head + length)
            {
                await FillAsync(cancellationToken);
            }

            var opcode = _buffer[_start];
            var payload = _buffer.AsMemory(_start + head, length);
            _start += head + length;
            if (opcode == Close)
            {
                CloseCode = length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(payload.Span) : 0;
                return null;
            }

            if (opcode != Ping)
            {
                return payload;
            }

            // Empty pings only are sent by what is measured.
            await SendAsync(new byte[] { 0x8A, 0x80, 0, 0, 0, 0 }, cancellationToken);
        }
    }

    /// <summary>Says 1000 and reads on until the server has closed as well and hung up.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        await SendAsync(new byte[] { Close, 0x82, 0, 0, 0, 0, 0x03, 0xE8 }, cancellationToken);
        while (CloseCode is null && await ReadAsync(cancellationToken) is not null)
        {
        }

        try
        {
            while (await _socket.ReceiveAsync(_buffer.AsMemory(), cancellationToken) > 0)
            {
            }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Both have said goodbye; some servers hang up like that.
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Length of the header at hand; 0 when it has not all arrived.</summary>
    private int Head(out int length)
    {
        length = 0;
        var there = _buffer.AsSpan(_start, _end - _start);
        if (there.Length < 2)
        {
            return 0;
        }

        length = there[1];
        if (length < 126)
        {
            return 2;
        }

        if (length != 126)
        {
            throw new InvalidDataException($"{address}{path}: a message of over 64 KiB");
        }

        length = there.Length < 4 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(there[2..]);
        return there.Length < 4 ? 0 : 4;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        var read = await _socket.ReceiveAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += read > 0 ? read : throw new InvalidDataException($"{address}{path}: closed in the middle");
    }
}
