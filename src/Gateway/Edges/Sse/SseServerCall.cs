using System.IO.Pipelines;
using Transcoders.Calls;

namespace Gateway.Edges.Sse;

/// <summary>A call answered as an event stream that lives as long as its connection.</summary>
internal sealed class SseServerCall(
    EdgeRequest request, CallHead head, SseEventWriter events, IDisposable messages, Func<CancellationToken, ValueTask<Message?>> read)
    : StreamedServerCall(request, head, new SseResponse(request), messages, read)
{
    public override PayloadFormat Accepts => Request.Plans.Opaque is null ? PayloadFormat.Json : PayloadFormat.Text;

    protected override bool CarriesErrors => true;

    protected override void WriteMessage(PipeWriter writer, in Message message) => events.WriteMessage(writer, message);

    protected override void WriteEnd(PipeWriter writer, CallStatus status) => events.WriteEnd(writer, status);
}
