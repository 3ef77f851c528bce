using System.Text.Json;
using Transcoders.Calls;
using Transcoders.WebSocket;
using static Transcoders.Fuzz.Pieces;

namespace Transcoders.Fuzz.WebSocket;

/// <summary>Frames of an envelope socket, as a hostile client may send them.</summary>
internal static class EnvelopeTargets
{
    public static void Frame(ReadOnlySpan<byte> input)
    {
        var frame = EnvelopeReader.Read(input.ToArray(), maxDepth: 20);
        Require(Enum.IsDefined(frame.Kind) && frame.Id >= 0 && frame.TimeoutMs is null or >= 0, "a frame out of range");
        foreach (var header in frame.Headers is null ? default : frame.Headers.AsSpan())
        {
            Require(MetadataText.IsName(header.Key) && MetadataText.IsValue(header.Value), "a header that is none");
        }

        if (frame.TimeoutMs is { } timeout)
        {
            _ = TimeSpan.FromMilliseconds(timeout);
        }

        if (!frame.HasData)
        {
            return;
        }

        // What is taken in can be given back.
        using var output = new PayloadBuffer(1 << 20);
        EnvelopeWriter.WriteMessage(output, frame.Id, 1, new Message(frame.Data, frame.Format));
        using var document = JsonDocument.Parse(output.WrittenMemory);
        var again = EnvelopeReader.Read(output.WrittenMemory, maxDepth: 20);
        Require(again.Id == frame.Id && again.Format == frame.Format && again.Data.Span.SequenceEqual(frame.Data.Span), "a payload did not come back");
    }

    /// <summary>Frames of a hostile server.</summary>
    public static void Answer(ReadOnlySpan<byte> input)
    {
        var frame = EnvelopeReader.ReadAnswer(input.ToArray(), maxDepth: 20);
        Require(frame.Kind is EnvelopeKind.Headers or EnvelopeKind.Message or EnvelopeKind.End, "a frame that no server sends");
        foreach (var metadata in (CallMetadata?[])[frame.Headers, frame.Trailers])
        {
            foreach (var entry in metadata is null ? default : metadata.AsSpan())
            {
                Require(MetadataText.IsName(entry.Key) && MetadataText.IsValue(entry.Value) && !ReservedMetadata.Contains(entry.Key), "metadata that must not cross");
            }
        }

        if (!frame.Status.IsEmpty)
        {
            using var status = JsonDocument.Parse(frame.Status);
        }
    }
}
