using System.Text.Json;
using Grpc.Core;

namespace Gateway.IntegrationTests.Matrix;

/// <content>What messages do: there and back, in streams, large ones, many.</content>
internal static partial class BehaviourList
{
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

        // The reader stalls. The backend must come to a stop, far from done: what it sent fills buffers that have an end. Most of that is
        // the kernel's: a kept connection of the gateway's that was fast before may hold 33 MB of the 80.
        var sent = await StandstillAsync(cell);
        Assert.True(sent < ManyMessages * 3 / 4, $"The backend had sent {sent} of {ManyMessages} messages to a client that read one.");

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
