using System.Diagnostics;
using Grpc.Core;

namespace Gateway.IntegrationTests.Matrix;

/// <content>What travels beside the messages.</content>
internal static partial class BehaviourList
{
    private static async Task MetadataAsync(Cell cell)
    {
        var headers = new Dictionary<string, string> { ["x-team"] = "red", ["x-secret"] = "hush", ["x-data-bin"] = Convert.ToBase64String("\0\u0001"u8) };
        var call = await cell.OpenAsync(new() { Method = "Echo", Request = cell.Request(), Headers = cell.Edge.Edge == "grpc" ? headers.Where(static h => h.Key != "x-data-bin").ToDictionary() : headers });
        var reply = await Cell.ReadAsync(call);
        var arrived = reply.GetProperty("metadata").EnumerateArray().ToLookup(static m => m.GetProperty("key").GetString()!, static m => m.TryGetProperty("value", out var v) ? v.GetString() : "");
        Assert.Equal(["red"], arrived["x-team"]);
        Assert.Empty(arrived["x-secret"]);

        // Of this hop or of another protocol: never passed on, unless nothing is translated.
        foreach (var name in cell.IsForwarded ? [] : (string[])["connection", "upgrade", "host", "x-server-timeout", "sec-websocket-key", "sec-websocket-version", "transfer-encoding"])
        {
            Assert.Empty(arrived[name]);
        }

        await cell.EndAsync(call, StatusCode.OK);
    }

    private static async Task ResponseMetadataAsync(Cell cell)
    {
        var call = await cell.OpenAsync(new() { Method = "Echo", Request = cell.Request("\"replyHeaders\":{\"x-shelf\":\"seven\"}") });
        await Cell.ReadAsync(call);
        var end = await cell.EndAsync(call, StatusCode.OK);
        Assert.Equal("seven", end.Headers.GetValueOrDefault("x-shelf"));
    }

    private static async Task TrailersAsync(Cell cell)
    {
        var call = await cell.OpenAsync(new() { Method = "Stream", Request = cell.Request("\"count\":1,\"replyTrailers\":{\"x-cost\":\"4\"}") });
        await Cell.ReadAsync(call);
        var end = await cell.EndAsync(call, StatusCode.OK);
        Assert.Equal("4", end.Trailers.GetValueOrDefault("x-cost"));
    }

    private static async Task TraceAsync(Cell cell, bool isTraced)
    {
        using var listener = isTraced ? new ActivityListener
        {
            ShouldListenTo = static source => source.Name is "Gateway" or "Microsoft.AspNetCore",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        } : null;
        if (listener is not null)
        {
            ActivitySource.AddActivityListener(listener);
        }

        const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
        const string SpanId = "00f067aa0ba902b7";
        var call = await cell.OpenAsync(new()
        {
            Method = "Echo",
            Request = cell.Request(),
            Headers = new Dictionary<string, string> { ["traceparent"] = $"00-{TraceId}-{SpanId}-01" },
        });
        await Cell.ReadAsync(call);
        await cell.EndAsync(call, StatusCode.OK);

        // What a backend has seen may be told a little later than its answer.
        await cell.SeeAsync(static seen => seen.Completed == 1);
        var parent = cell.Backend.Now(cell.Key).TraceParent.Split('-');
        Assert.Equal(4, parent.Length);
        Assert.Equal(TraceId, parent[1]);
        if (isTraced)
        {
            // The gateway is a hop of its own.
            Assert.NotEqual(SpanId, parent[2]);
        }
    }
}
