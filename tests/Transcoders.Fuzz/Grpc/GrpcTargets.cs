using System.Buffers;
using System.Text;
using Transcoders.Calls;
using Transcoders.Grpc;
using static Transcoders.Fuzz.Pieces;

namespace Transcoders.Fuzz.Grpc;

/// <summary>Bodies and header values as a hostile gRPC peer may send them.</summary>
internal static class GrpcTargets
{
    private const int Limit = 4096;

    /// <summary>Frames, and what is compressed in them.</summary>
    public static void Frames(ReadOnlySpan<byte> input)
    {
        var buffer = Of(input, RandomOf(input));
        while (GrpcFrameReader.TryRead(ref buffer, Limit, out var frame))
        {
            Require(frame.Payload.Length <= Limit, "a payload over the limit");
            if (frame.Compressed)
            {
                using var output = new PayloadBuffer(Limit);
                GrpcCompression.Decompress((frame.Payload.Length & 1) == 0 ? "gzip" : "deflate", frame.Payload, output);
                Require(output.Length <= Limit, "a bomb went through");
            }
        }
    }

    /// <summary>One value, read as every header there is.</summary>
    public static void Headers(ReadOnlySpan<byte> input)
    {
        var text = Encoding.UTF8.GetString(input);
        var message = GrpcMessageEncoding.Decode(text);
        var encoded = GrpcMessageEncoding.Encode(message);
        Require(encoded.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0, "an encoded message is no header value");
        Require(GrpcMessageEncoding.Decode(encoded) == message, "a message did not come back");

        if (GrpcTimeout.TryParse(text, out var timeout))
        {
            Require(timeout >= TimeSpan.Zero, "a negative timeout");
            Require(GrpcTimeout.TryParse(GrpcTimeout.Format(timeout), out var again) && again >= timeout, "a timeout became shorter");
        }

        if (GrpcBinaryHeader.Decode(text) is { } bytes)
        {
            Require(GrpcBinaryHeader.Decode(GrpcBinaryHeader.Encode(bytes)).AsSpan().SequenceEqual(bytes), "bytes did not come back");
        }

        var reader = default(GrpcStatusReader);
        foreach (var line in text.Split('\n'))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                reader.Add(line[..colon], line[(colon + 1)..].Trim());
            }
        }

        var status = reader.ToStatus();
        Require(Enum.IsDefined(status.Code), "a code that is none");
        Require(status.RetryAfter is not { } wait || wait >= TimeSpan.Zero || wait == Timeout.InfiniteTimeSpan, "a pushback that is neither a wait nor a refusal");
    }
}
