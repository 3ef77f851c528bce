using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Transcoders.Calls;
using Transcoders.Grpc;

namespace Gateway.Edges;

/// <summary>The frames of gRPC-Web: gRPC's own, and a frame of headers or trailers as text. Source: the gRPC-Web protocol; PROTOCOLS §3.2.</summary>
internal static class GrpcWebFrames
{
    public const string ContentType = "application/grpc-web+proto";

    private const byte HeaderFlag = 0x80;

    /// <summary>Appends a message's frame.</summary>
    public static void WriteMessage(PayloadBuffer output, ReadOnlySpan<byte> payload)
    {
        GrpcFrameReader.WritePrefix(output.GetSpan(GrpcFrameReader.PrefixLength), payload.Length);
        output.Advance(GrpcFrameReader.PrefixLength);
        output.Write(payload);
    }

    /// <summary>Appends the frame that opens an answer: `content-type` and the backend's metadata.</summary>
    public static void WriteHead(PayloadBuffer output, string contentType, CallMetadata? metadata)
    {
        var start = Open(output);
        WriteLine(output, "content-type", contentType);
        WriteLines(output, metadata);
        Close(output, start);
    }

    /// <summary>Appends the frame that ends an answer: `grpc-status` and what belongs to it.</summary>
    public static void WriteTrailers(PayloadBuffer output, CallStatus status)
    {
        var start = Open(output);
        WriteLine(output, GrpcHeaders.Status, ((int)status.Code).ToString(CultureInfo.InvariantCulture));
        if (status.Message.Length > 0)
        {
            WriteLine(output, GrpcHeaders.Message, GrpcMessageEncoding.Encode(status.Message));
        }

        if (!status.Details.IsEmpty)
        {
            WriteLine(output, GrpcHeaders.Details, GrpcBinaryHeader.Encode(status.Details.Span));
        }

        if (status.RetryAfter is { } delay)
        {
            WriteLine(output, GrpcHeaders.RetryPushback, ((long)delay.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        }

        WriteLines(output, status.Trailers);
        Close(output, start);
    }

    /// <summary>Cuts one message's frame off the front of <paramref name="frames"/>, unpacking it into <paramref name="scratch"/> when it is compressed.</summary>
    /// <exception cref="CallException">INVALID_ARGUMENT when no whole frame is there; RESOURCE_EXHAUSTED over the limit; UNIMPLEMENTED for an encoding nobody named.</exception>
    public static ReadOnlyMemory<byte> ReadMessage(ref ReadOnlyMemory<byte> frames, CallLimits limits, string encoding, PayloadBuffer scratch)
    {
        if (frames.Length < GrpcFrameReader.PrefixLength || frames.Span[0] > 1)
        {
            throw Bad();
        }

        var length = GrpcFrameReader.ReadPrefix(frames.Span, limits.MessageSize, out var compressed);
        if (frames.Length - GrpcFrameReader.PrefixLength < length)
        {
            throw Bad();
        }

        var payload = frames.Slice(GrpcFrameReader.PrefixLength, length);
        frames = frames[(GrpcFrameReader.PrefixLength + length)..];
        if (!compressed)
        {
            return payload;
        }

        scratch.Clear();
        GrpcCompression.Decompress(encoding, new ReadOnlySequence<byte>(payload), scratch);
        return scratch.WrittenMemory;
    }

    /// <summary>The encoding of a client's messages, and why it is refused; null when it is not.</summary>
    public static CallStatus? RefuseEncoding(CallMetadata headers, out string encoding)
    {
        encoding = headers.Find(GrpcHeaders.Encoding) ?? "identity";
        if (GrpcCompression.IsSupported(encoding))
        {
            return null;
        }

        var offered = new CallMetadata(1);
        offered.Add(GrpcHeaders.AcceptEncoding, GrpcCompression.Accepted);
        return new CallStatus(StatusCode.Unimplemented, $"grpc-encoding '{encoding}' is not supported; {GrpcCompression.Accepted} are.") { Trailers = offered, Origin = StatusOrigin.Client };
    }

    /// <summary>The client's own limit of time; null when it named none that can be read.</summary>
    public static TimeSpan? TimeoutOf(CallMetadata headers) =>
        headers.Find(GrpcHeaders.Timeout) is { } text && GrpcTimeout.TryParse(text, out var timeout) ? timeout : null;

    private static int Open(PayloadBuffer output)
    {
        var start = output.Length;
        output.Write([HeaderFlag, 0, 0, 0, 0]);
        return start;
    }

    private static void Close(PayloadBuffer output, int start) =>
        BinaryPrimitives.WriteUInt32BigEndian(output.Raw[(start + 1)..], (uint)(output.Length - start - GrpcFrameReader.PrefixLength));

    private static void WriteLines(PayloadBuffer output, CallMetadata? metadata)
    {
        foreach (ref readonly var entry in metadata is null ? default : metadata.AsSpan())
        {
            // A backend is no friend either: nothing that could end a line may pass.
            if (MetadataText.IsName(entry.Key) && MetadataText.IsValue(entry.Value))
            {
                WriteLine(output, entry.Key, entry.Value);
            }
        }
    }

    private static void WriteLine(PayloadBuffer output, string name, string value)
    {
        WriteText(output, name.ToLowerInvariant());
        output.Write(":"u8);
        WriteText(output, value);
        output.Write("\r\n"u8);
    }

    private static void WriteText(PayloadBuffer output, string text) =>
        output.Advance(Encoding.Latin1.GetBytes(text, output.GetSpan(text.Length)));

    private static CallException Bad() =>
        new(new CallStatus(StatusCode.InvalidArgument, "gRPC-Web: a frame is a flag byte of 0 or 1, four bytes of length and as many bytes as it says.") { Origin = StatusOrigin.Client });
}
