using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using Transcoders.Calls;
using Transcoders.Grpc;

namespace Gateway.Edges.Grpc;

/// <summary>Puts messages into an answer's body as frames, compressed or as base64 where the call says so.</summary>
/// <param name="writer">The body.</param>
/// <param name="encoding">What messages are compressed with; null for none.</param>
/// <param name="isText">Each frame leaves as base64 with its own padding, so that a reader need not wait for the next.</param>
/// <param name="limit">Bound of a message.</param>
internal sealed class EnvelopeWriter(PipeWriter writer, string? encoding, bool isText, int limit) : IDisposable
{
    private PayloadBuffer? _scratch;

    /// <summary>Writes the frame of an uncompressed message.</summary>
    public static void WritePlain(PipeWriter writer, ReadOnlySpan<byte> payload)
    {
        var prefix = writer.GetSpan(GrpcFrameReader.PrefixLength);
        GrpcFrameReader.WritePrefix(prefix, payload.Length);
        writer.Advance(GrpcFrameReader.PrefixLength);
        writer.Write(payload);
    }

    /// <summary>Writes a message's frame.</summary>
    public void Write(ReadOnlySpan<byte> payload)
    {
        var isCompressed = encoding is not null && payload.Length >= AnswerEncoding.MinLength;
        if (!isText && !isCompressed)
        {
            WritePlain(writer, payload);
            return;
        }

        // The prefix is known when the payload is.
        var frame = _scratch ??= new PayloadBuffer(GrpcFrameReader.PrefixLength + limit);
        frame.Clear();
        frame.Reserve(GrpcFrameReader.PrefixLength);
        frame.Advance(GrpcFrameReader.PrefixLength);
        if (isCompressed)
        {
            GrpcCompression.Compress(encoding!, payload, frame);
        }
        else
        {
            frame.Write(payload);
        }

        GrpcFrameReader.WritePrefix(frame.Raw, frame.Length - GrpcFrameReader.PrefixLength, isCompressed);
        WriteFrame(frame.WrittenSpan);
    }

    /// <summary>Writes a frame that is made already.</summary>
    public void WriteFrame(ReadOnlySpan<byte> frame)
    {
        if (!isText)
        {
            writer.Write(frame);
            return;
        }

        var text = writer.GetSpan(Base64.GetMaxEncodedToUtf8Length(frame.Length));
        Base64.EncodeToUtf8(frame, text, out _, out var written);
        writer.Advance(written);
    }

    public void Dispose() => _scratch?.Dispose();
}
