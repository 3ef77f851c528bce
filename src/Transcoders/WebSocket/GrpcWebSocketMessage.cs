using System.Text;
using Transcoders.Calls;

namespace Transcoders.WebSocket;

/// <summary>What a client's message says on a <see cref="Subprotocols.GrpcWebSockets"/> socket, after the first one, which is the header block.</summary>
public enum GrpcWebSocketKind : byte
{
    /// <summary>A message of the call follows the first byte, in a gRPC frame.</summary>
    Data,

    /// <summary>The half-close.</summary>
    HalfClose,
}

/// <summary>Reads the messages of a client on a <see cref="Subprotocols.GrpcWebSockets"/> socket. Source: PROTOCOLS §6.2, §10.7 cell 6.</summary>
public static class GrpcWebSocketMessage
{
    /// <summary>Largest header block, as of a request's headers elsewhere.</summary>
    public const int MaxHeaderBytes = 64 * 1024;

    private const int MaxHeaders = 100;

    /// <summary>`content-type: application/grpc-web+proto\r\nx-team: red\r\n` → two entries, names as they were spelt.</summary>
    /// <exception cref="CallException">INVALID_ARGUMENT for what is no header block; RESOURCE_EXHAUSTED for one over a limit.</exception>
    public static CallMetadata ReadHeaders(ReadOnlySpan<byte> block)
    {
        if (block.Length > MaxHeaderBytes)
        {
            throw new CallException(new CallStatus(StatusCode.ResourceExhausted, $"The header block is larger than {MaxHeaderBytes} bytes.") { Origin = StatusOrigin.Client });
        }

        var headers = new CallMetadata();
        while (!block.IsEmpty)
        {
            var end = block.IndexOf((byte)'\n');
            var line = (end < 0 ? block : block[..end]).TrimEnd((byte)'\r');
            block = end < 0 ? default : block[(end + 1)..];
            if (line.IsEmpty)
            {
                continue;
            }

            var colon = line.IndexOf((byte)':');
            if (colon <= 0)
            {
                throw Bad("a header block is lines of \"name: value\"");
            }

            var name = Encoding.Latin1.GetString(line[..colon]);
            var value = Encoding.Latin1.GetString(line[(colon + 1)..].Trim(" \t"u8));
            if (!MetadataText.IsName(name) || !MetadataText.IsValue(value))
            {
                throw Bad("a header's name takes letters, digits and -_.; its value printable ASCII");
            }

            if (headers.Count == MaxHeaders)
            {
                throw new CallException(new CallStatus(StatusCode.ResourceExhausted, $"More than {MaxHeaders} headers.") { Origin = StatusOrigin.Client });
            }

            headers.Add(name, value);
        }

        return headers;
    }

    /// <summary>The first byte of a message after the header block, and what follows it.</summary>
    /// <exception cref="CallException">INVALID_ARGUMENT when it begins with neither.</exception>
    public static GrpcWebSocketKind Read(ReadOnlyMemory<byte> message, out ReadOnlyMemory<byte> frames)
    {
        frames = default;
        if (message.IsEmpty)
        {
            throw Bad("a message begins with 0x00, or is the byte 0x01");
        }

        switch (message.Span[0])
        {
            case 0:
                frames = message[1..];
                return GrpcWebSocketKind.Data;
            case 1 when message.Length == 1:
                return GrpcWebSocketKind.HalfClose;
            default:
                throw Bad($"a message begins with 0x00, or is the byte 0x01; this one begins with 0x{message.Span[0]:x2}");
        }
    }

    private static CallException Bad(string text) =>
        new(new CallStatus(StatusCode.InvalidArgument, Subprotocols.GrpcWebSockets + ": " + text) { Origin = StatusOrigin.Client });
}
