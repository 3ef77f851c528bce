using System.Text.Json;
using Transcoders.Calls;
using Transcoders.WebSocket;
using static Transcoders.Fuzz.Pieces;

namespace Transcoders.Fuzz.WebSocket;

/// <summary>Messages of the sockets that speak no envelope: header blocks and frames of gRPC-Web, events that may be JSON.</summary>
internal static class SocketTargets
{
    public static void GrpcWeb(ReadOnlySpan<byte> input)
    {
        try
        {
            foreach (ref readonly var entry in GrpcWebSocketMessage.ReadHeaders(input).AsSpan())
            {
                Require(MetadataText.IsName(entry.Key) && MetadataText.IsValue(entry.Value), "a header that is none");
            }
        }
        catch (CallException e)
        {
            Require(e.Status.Code is StatusCode.InvalidArgument or StatusCode.ResourceExhausted, "another status");
        }

        var kind = GrpcWebSocketMessage.Read(input.ToArray(), out var frames);
        Require(kind == GrpcWebSocketKind.Data ? frames.Length == input.Length - 1 : frames.IsEmpty, "bytes that were not there");
    }

    public static void Event(ReadOnlySpan<byte> input)
    {
        using var output = new PayloadBuffer(1 << 20);
        EnvelopeWriter.WriteEvent(output, new Message(input.ToArray(), PayloadFormat.Text) { Id = "1", Event = "e" }, maxDepth: 20);
        using var document = JsonDocument.Parse(output.WrittenMemory);
        Require(document.RootElement.EnumerateObject().Count() == 3, "data that broke out of its place");
    }
}
