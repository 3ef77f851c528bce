using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Hosting;
using Grpc.Core;

namespace Gateway.IntegrationTests.Matrix;

/// <summary>What must hold in every cell. A new behaviour is a row here.</summary>
internal static class BehaviourList
{
    private const int ManyMessages = 10_000;
    private const int ManySize = 4_096;
    private const int Mebibyte = 1024 * 1024;

    /// <summary>Text that breaks careless escaping: UTF-8 of two, three and four bytes, a line end with a header after it, percent, quote.</summary>
    private const string HostileText = "caf\u00e9 \u2603 \U0001F600 100%25\r\nx-injected: yes\r\n\r\n\"quoted\"";

    public static IReadOnlyList<Behaviour> All { get; } =
    [
        new("success, unary", UnaryAsync, Always),
        new("success, server stream", ServerStreamAsync, Always),
        new("success, client stream", ClientStreamAsync, NeedsRequestStream),
        new("success, both directions interleaved", InterleavedAsync, NeedsDuplex),
        new("half-close reaches the backend", HalfCloseAsync, NeedsDuplex),
        new("error before the first message", ErrorFirstAsync, Always),
        new("error before the first message of a stream", StreamErrorFirstAsync, Always),
        new("error after the first message is visible", ErrorLateAsync, Always),
        new("error ends a stream whose client still sends", ErrorWhileSendingAsync, NeedsDuplex),
        new("client cancel reaches the backend", CancelAsync, Always),
        new("client cancel of an unanswered call reaches the backend", CancelUnansweredAsync, Always),
        new("deadline of the client", DeadlineAsync, Always),
        new("deadline of the route", RouteDeadlineAsync, static cell => NotApplicable.When(cell.IsForwarded ? cell.Edge.Traits.NoForwardedDeadline : null)) { IsGateways = true },
        new("a message of 1 MiB", LargeMessageAsync, Always),
        new("10,000 messages past a stalled reader", StalledReaderAsync, Always),
        new("10,000 messages from the client", ManyRequestsAsync, static cell => NeedsRequestStream(cell) ?? NotApplicable.When(cell.IsForwarded ? null : cell.Edge.Traits.NoRequestPressure)),
        new("metadata allowed and denied", MetadataAsync, static cell => NotApplicable.When(cell.Backend.Traits.NoMetadata ?? (cell.IsForwarded ? cell.Edge.Traits.NoForwardedMetadata : null))) { IsGateways = true },
        new("metadata of the answer", ResponseMetadataAsync, static cell => NotApplicable.When(cell.Backend.Traits.NoResponseMetadata ?? cell.Edge.Traits.NoResponseHeaders)),
        new("trailers", TrailersAsync, static cell => NotApplicable.When(cell.Backend.Traits.NoTrailers ?? cell.Edge.Traits.NoTrailers)),
        new("trace context", static cell => TraceAsync(cell, isTraced: false), Always),
        new("trace context, traced by the gateway", static cell => TraceAsync(cell, isTraced: true), Always) { IsGateways = true },
        new("backend killed before the first message", KilledEarlyAsync, Always),
        new("backend killed in mid-stream", KilledLateAsync, Always),
        new("16 status codes, hostile text", StatusesAsync, Always),
        new("details of a status", DetailsAsync, static cell => NotApplicable.When(cell.Backend.Traits.NoDetails)),
    ];

    private static NotApplicable? Always(Cell cell) => null;

    private static NotApplicable? NeedsRequestStream(Cell cell) => NotApplicable.When(cell.Edge.Traits.NoRequestStream ?? cell.Backend.Traits.NoRequestStream);

    private static NotApplicable? NeedsDuplex(Cell cell) => NeedsRequestStream(cell) ?? NotApplicable.When(cell.IsForwarded ? null : cell.Backend.Traits.NoDuplex);

    private static async Task UnaryAsync(Cell cell)
    {
        var call = await cell.OpenAsync(new() { Method = "Echo", Request = cell.Request("\"text\":\"so it goes\",\"payload\":\"AAEC/w==\"") });
        var reply = await Cell.ReadAsync(call);
        Assert.Equal("so it goes", reply.GetProperty("text").GetString());
        Assert.Equal("AAEC/w==", reply.GetProperty("payload").GetString());
        var end = await cell.EndAsync(call, StatusCode.OK);
        Assert.Equal(cell.Edge.WireOf(StatusCode.OK), end.Wire);
        await cell.SeeAsync(static seen => seen is { Completed: 1, Active: 0 });
    }

    private static async Task ServerStreamAsync(Cell cell)
    {
        var call = await cell.OpenAsync(new() { Method = "Stream", Request = cell.Request("\"count\":3,\"size\":2") });
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(i, Index(await Cell.ReadAsync(call)));
        }

        Assert.Null(await call.ReadAsync());
        await cell.EndAsync(call, StatusCode.OK);
        await cell.SeeAsync(static seen => seen is { Completed: 1, Active: 0 });
    }

    private static async Task ClientStreamAsync(Cell cell)
    {
        var call = await cell.OpenAsync(new() { Method = "Collect" });
        for (var i = 0; i < 3; i++)
        {
            await call.SendAsync(cell.Request($"\"text\":\"part {i}\""));
        }

        await call.HalfCloseAsync();
        var reply = await Cell.ReadAsync(call);
        Assert.Equal("3", reply.GetProperty("count").GetString());
        Assert.Equal(["part 0", "part 1", "part 2"], reply.GetProperty("texts").EnumerateArray().Select(static t => t.GetString()));
        await cell.EndAsync(call, StatusCode.OK);
        await cell.SeeAsync(static seen => seen is { Completed: 1, HalfClosed: 1, Active: 0 });
    }

    private static async Task InterleavedAsync(Cell cell)
    {
        var call = await cell.OpenAsync(new() { Method = "Chat" });
        for (var i = 0; i < 5; i++)
        {
            // Each answer is read before the next question leaves: a buffer anywhere would wait for ever.
            await call.SendAsync(cell.Request($"\"text\":\"say {i}\""));
            Assert.Equal($"say {i}", (await Cell.ReadAsync(call)).GetProperty("text").GetString());
        }

        await call.HalfCloseAsync();
        Assert.Null(await call.ReadAsync());
        await cell.EndAsync(call, StatusCode.OK);
    }

    private static async Task HalfCloseAsync(Cell cell)
    {
        var call = await cell.OpenAsync(new() { Method = "Chat" });
        await call.SendAsync(cell.Request("\"text\":\"last\""));
        await call.HalfCloseAsync();
        Assert.Equal("last", (await Cell.ReadAsync(call)).GetProperty("text").GetString());
        await cell.EndAsync(call, StatusCode.OK);
        await cell.SeeAsync(static seen => seen is { HalfClosed: 1, Completed: 1, Received: 1 });
    }

    private static async Task ErrorFirstAsync(Cell cell)
    {
        var call = await cell.OpenAsync(new() { Method = "Fail", Request = cell.Request("\"failure\":{\"code\":5,\"message\":\"no item a\"}") });
        Assert.Null(await call.ReadAsync());
        var end = await cell.EndAsync(call, StatusCode.NotFound);
        Assert.Equal("no item a", end.Message);
        Assert.Equal(cell.Edge.WireOf(StatusCode.NotFound), end.Wire);
    }

    private static async Task StreamErrorFirstAsync(Cell cell)
    {
        var call = await cell.OpenAsync(new() { Method = "Stream", Request = cell.Request("\"count\":0,\"failure\":{\"code\":7,\"message\":\"not for you\"}") });
        Assert.Null(await call.ReadAsync());
        var end = await cell.EndAsync(call, StatusCode.PermissionDenied);
        Assert.Equal("not for you", end.Message);
        Assert.Equal(cell.Edge.WireOf(StatusCode.PermissionDenied), end.Wire);
    }

    private static async Task ErrorLateAsync(Cell cell)
    {
        var call = await cell.OpenAsync(new() { Method = "Stream", Request = cell.Request("\"count\":2,\"failure\":{\"code\":8,\"message\":\"quota\"}") });
        await Cell.ReadAsync(call);
        await Cell.ReadAsync(call);
        Assert.Null(await call.ReadAsync());
        Assert.Equal("quota", (await cell.EndAsync(call, StatusCode.ResourceExhausted)).Message);
    }

    private static async Task ErrorWhileSendingAsync(Cell cell)
    {
        var call = await cell.OpenAsync(new() { Method = "Chat" });
        await call.SendAsync(cell.Request("\"text\":\"fine\""));
        await Cell.ReadAsync(call);
        await call.SendAsync(cell.Request("\"text\":\"enough\",\"failure\":{\"code\":9,\"message\":\"not now\"}"));
        await Cell.ReadAsync(call);
        // The client has not half-closed: the backend's end is the call's end all the same.
        Assert.Equal("not now", (await cell.EndAsync(call, StatusCode.FailedPrecondition)).Message);
    }

    private static async Task CancelAsync(Cell cell)
    {
        var call = await cell.OpenAsync(new() { Method = "Stream", Request = cell.Request("\"count\":1,\"hang\":true") });
        await Cell.ReadAsync(call);
        Assert.Equal(1, cell.Backend.Now(cell.Key).Active);
        await CancelAsync(cell, call);
    }

    private static async Task CancelAsync(Cell cell, EdgeCall call)
    {
        var start = Stopwatch.GetTimestamp();
        await call.CancelAsync();
        await cell.SeeAsync(static seen => seen is { Cancelled: 1, Active: 0 });
        MatrixTable.CancelTook(Stopwatch.GetElapsedTime(start), cell.Edge.Name, cell.Backend.Backend);
    }

    private static async Task CancelUnansweredAsync(Cell cell)
    {
        var call = await cell.OpenAsync(new() { Method = "Hang", Request = cell.Request() });
        await cell.SeeAsync(static seen => seen is { Active: 1, Received: 1 });
        await CancelAsync(cell, call);
    }

    private static async Task DeadlineAsync(Cell cell)
    {
        var call = await cell.OpenAsync(new() { Method = "Hang", Request = cell.Request(), Timeout = TimeSpan.FromSeconds(1.5) });
        var end = await cell.EndAsync(call, StatusCode.DeadlineExceeded);
        Assert.Equal(cell.Edge.WireOf(StatusCode.DeadlineExceeded), end.Wire);
        var seen = await cell.SeeAsync(static seen => seen is { Cancelled: 1, Active: 0 });
        Assert.Equal(cell.IsForwarded || cell.Backend.Traits.SeesDeadline, seen.Timeout.Length > 0);
    }

    private static async Task RouteDeadlineAsync(Cell cell)
    {
        var call = await cell.OpenAsync(new() { Method = "Hang", Request = cell.Request(), Variant = Variants.Timeout });
        var end = await cell.EndAsync(call, StatusCode.DeadlineExceeded);
        Assert.Equal(cell.Edge.WireOf(StatusCode.DeadlineExceeded), end.Wire);
        await cell.SeeAsync(static seen => seen is { Cancelled: 1, Active: 0 });
    }

    private static async Task LargeMessageAsync(Cell cell)
    {
        var text = new string('m', Mebibyte);
        var call = await cell.OpenAsync(new() { Method = "Echo", Request = cell.Request($"\"text\":\"{text}\"") });
        Assert.Equal(text, (await Cell.ReadAsync(call)).GetProperty("text").GetString());
        await cell.EndAsync(call, StatusCode.OK);
    }

    private static async Task StalledReaderAsync(Cell cell)
    {
        var call = await cell.OpenAsync(new() { Method = "Stream", Request = cell.Request($"\"count\":{ManyMessages},\"size\":{ManySize}") });
        Assert.Equal(0, Index(await Cell.ReadAsync(call)));

        // The reader stalls. The backend must come to a stop, far from done: what it sent fills buffers that have an end.
        var sent = await StandstillAsync(cell);
        Assert.True(sent < ManyMessages / 2, $"The backend had sent {sent} of {ManyMessages} messages to a client that read one.");

        // It reads on, and everything arrives, in order.
        for (var i = 1; i < ManyMessages; i++)
        {
            var message = await call.ReadAsync();
            Assert.True(message is not null && Index(message) == i, $"Message {i} is missing.");
        }

        await cell.EndAsync(call, StatusCode.OK);
    }

    private static async Task ManyRequestsAsync(Cell cell)
    {
        var call = await cell.OpenAsync(new() { Method = "Collect" });
        var message = cell.Request("\"text\":\"0123456789\"");
        for (var i = 0; i < ManyMessages; i++)
        {
            await call.SendAsync(message);
        }

        await call.HalfCloseAsync();
        var reply = await Cell.ReadAsync(call);
        Assert.Equal(ManyMessages.ToString(), reply.GetProperty("count").GetString());
        await cell.EndAsync(call, StatusCode.OK);
    }

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
        var parent = cell.Backend.Now(cell.Key).TraceParent.Split('-');
        Assert.Equal(4, parent.Length);
        Assert.Equal(TraceId, parent[1]);
        if (isTraced)
        {
            // The gateway is a hop of its own.
            Assert.NotEqual(SpanId, parent[2]);
        }
    }

    private static async Task KilledEarlyAsync(Cell cell)
    {
        await cell.Backend.Killing.WaitAsync();
        try
        {
            var call = await cell.OpenAsync(new() { Method = "Hang", Request = cell.Request(), Variant = Variants.Killable });
            await cell.SeeAsync(static seen => seen is { Active: 1, Received: 1 });
            await cell.Backend.KillAsync(cell.Key);
            AssertKilled(cell, await call.EndAsync());
        }
        finally
        {
            cell.Backend.Killing.Release();
        }
    }

    private static async Task KilledLateAsync(Cell cell)
    {
        await cell.Backend.Killing.WaitAsync();
        try
        {
            var call = await cell.OpenAsync(new() { Method = "Stream", Request = cell.Request("\"count\":2,\"hang\":true"), Variant = Variants.Killable });
            await Cell.ReadAsync(call);
            await Cell.ReadAsync(call);
            await cell.Backend.KillAsync(cell.Key);
            Assert.Null(await call.ReadAsync());
            AssertKilled(cell, await call.EndAsync());
        }
        finally
        {
            cell.Backend.Killing.Release();
        }
    }

    private static async Task StatusesAsync(Cell cell)
    {
        var wrong = new StringBuilder();
        for (var code = 1; code <= 16; code++)
        {
            var failure = new JsonObject { ["code"] = code, ["message"] = HostileText };
            await using var one = new Cell(cell.Edge, cell.Backend);
            var call = await one.OpenAsync(new() { Method = "Fail", Request = one.Request($"\"failure\":{failure.ToJsonString()}") });
            var end = await call.EndAsync();
            if (end.Code != (StatusCode)code || end.Message != HostileText || end.Wire != cell.Edge.WireOf((StatusCode)code)
                || end.Headers.ContainsKey("x-injected") || end.Trailers.ContainsKey("x-injected"))
            {
                wrong.AppendLine($"{(StatusCode)code} arrived as {end}");
            }
        }

        Assert.True(wrong.Length == 0, wrong.ToString());
    }

    private static async Task DetailsAsync(Cell cell)
    {
        var call = await cell.OpenAsync(new() { Method = "Fail", Request = cell.Request("\"failure\":{\"code\":3,\"message\":\"bad\",\"details\":true}") });
        var end = await cell.EndAsync(call, StatusCode.InvalidArgument);
        foreach (var part in (string[])["ASKED_FOR", "google.rpc.ErrorInfo", "google.rpc.RetryInfo", "1.500s", "failure.code", "library.v1/Book"])
        {
            Assert.Contains(part, end.Details);
        }
    }

    private static void AssertKilled(Cell cell, CallEnd end)
    {
        Assert.False(end.IsOk, $"A killed backend looks like success: {end}");
        if (!cell.IsForwarded)
        {
            Assert.True(end.Code == cell.Backend.Traits.KilledAs, $"Ended as {end}, not as {cell.Backend.Traits.KilledAs}.");
            Assert.NotEqual("", end.Message);
        }
    }

    /// <summary>How many messages had been sent when nothing moved for a while: standing still has no other signal.</summary>
    private static async Task<long> StandstillAsync(Cell cell)
    {
        while (true)
        {
            var before = cell.Backend.Now(cell.Key).Sent;
            using var quiet = new CancellationTokenSource(TimeSpan.FromMilliseconds(400));
            try
            {
                await cell.Backend.WaitAsync(cell.Key, seen => seen.Sent > before || seen.Active == 0, quiet.Token);
            }
            catch (OperationCanceledException)
            {
                return before;
            }

            if (cell.Backend.Now(cell.Key).Active == 0)
            {
                return cell.Backend.Now(cell.Key).Sent;
            }
        }
    }

    /// <summary>ProtoJSON leaves zero out and writes 64-bit numbers as text.</summary>
    private static int Index(JsonElement message) => message.TryGetProperty("index", out var index) ? int.Parse(index.GetString()!) : 0;

    private static int Index(string message)
    {
        using var document = JsonDocument.Parse(message);
        return Index(document.RootElement);
    }
}
