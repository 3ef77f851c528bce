using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Grpc.Core;

namespace Gateway.IntegrationTests.Matrix;

/// <content>How calls fail: by the backend, by the client, by the clock, by a crash.</content>
internal static partial class BehaviourList
{
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
        foreach (var code in Codes(cell, isWhole: cell.Backend.Backend == "grpc"))
        {
            var failure = new JsonObject { ["code"] = (int)code, ["message"] = HostileText };
            await using var one = new Cell(cell.Edge, cell.Backend);
            var call = await one.OpenAsync(new() { Method = "Fail", Request = one.Request($"\"failure\":{failure.ToJsonString()}") });
            var end = await call.EndAsync();
            if (end.Code != code || end.Message != HostileText || end.Wire != cell.Edge.WireOf(code)
                || end.Headers.ContainsKey("x-injected") || end.Trailers.ContainsKey("x-injected"))
            {
                wrong.AppendLine($"{code} arrived as {end}");
            }
        }

        Assert.True(wrong.Length == 0, wrong.ToString());
    }

    private static async Task BareStatusesAsync(Cell cell)
    {
        var wrong = new StringBuilder();
        foreach (var code in Codes(cell, isWhole: false))
        {
            await using var one = new Cell(cell.Edge, cell.Backend);
            var call = await one.OpenAsync(new() { Method = "Fail", Request = one.Request($"\"failure\":{{\"code\":{(int)code}}}") });
            var end = await call.EndAsync();
            var expected = cell.Backend.Traits.Bare(code);
            if (end.Code != expected || end.Wire != cell.Edge.WireOf(expected))
            {
                wrong.AppendLine($"{code} arrived as {end}, not as {expected} ({cell.Edge.WireOf(expected)})");
            }
        }

        Assert.True(wrong.Length == 0, wrong.ToString());
    }

    /// <summary>All 16, or a few where a call is slow and all of them are shown in another cell.</summary>
    private static IEnumerable<StatusCode> Codes(Cell cell, bool isWhole) => cell.Edge.IsSlow && !isWhole
        ? [StatusCode.NotFound, StatusCode.Unavailable, StatusCode.Unknown]
        : Enum.GetValues<StatusCode>().Where(static code => code != StatusCode.OK);

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
}
