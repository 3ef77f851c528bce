using Microsoft.AspNetCore.Http;
using System.Text.Json.Nodes;

namespace Gateway.IntegrationTests.Matrix.Backends;

/// <summary>A call answered by an event stream: an event with an id for each message, then `end` or `error`.</summary>
internal sealed class SseRigCall(HttpContext context) : HttpRigCall(context)
{
    private int _sequence;

    public override Task WriteAsync(string json, CancellationToken cancellationToken)
    {
        Open();
        return SendAsync($"id: {++_sequence}\ndata: {json}\n\n", cancellationToken);
    }

    public override async Task EndAsync(RigFailure? failure, IReadOnlyDictionary<string, string> trailers, CancellationToken cancellationToken)
    {
        if (failure is not null && !Response.HasStarted)
        {
            await RefuseAsync(failure, cancellationToken);
            return;
        }

        Open();
        if (failure is not null)
        {
            await SendAsync($"event: error\ndata: {failure.Json}\n\n", cancellationToken);
            return;
        }

        var map = new JsonObject(trailers.Select(static t => KeyValuePair.Create(t.Key, (JsonNode?)t.Value)));
        await SendAsync($"id: {_sequence}.end\nevent: end\ndata: {new JsonObject { ["trailers"] = map }.ToJsonString()}\n\n", cancellationToken);
    }

    private void Open()
    {
        if (!Response.HasStarted)
        {
            Response.ContentType = "text/event-stream";
            Response.Headers.CacheControl = "no-cache";
        }
    }
}
