using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpc.Core;

namespace Gateway.IntegrationTests.Matrix.Backends;

/// <summary>library.v1.Behaviours for a rig that is no gRPC server: the same answers as the Library sample's, the same counters.</summary>
internal sealed class BehaviourScript(RigCall call, SeenLedger ledger)
{
    private static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();

    private string? _key;

    /// <summary>Serves the call to its end, and counts what became of it.</summary>
    public async Task RunAsync()
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(call.Aborted);
        if (call.Deadline.Left is { } left)
        {
            late.CancelAfter(left);
        }

        var outcome = new Func<Seen, Seen>(static seen => seen with { Cancelled = seen.Cancelled + 1 });
        try
        {
            var (failure, trailers) = await ServeAsync(late.Token);
            await call.EndAsync(failure, trailers, late.Token);
            outcome = failure is null
                ? static seen => seen with { Completed = seen.Completed + 1 }
                : static seen => seen with { Failed = seen.Failed + 1 };
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or WebSocketException or ObjectDisposedException)
        {
            if (!call.Aborted.IsCancellationRequested && late.IsCancellationRequested)
            {
                // A server keeps the deadline it was told.
                await call.EndAsync(new(StatusCode.DeadlineExceeded, "too late"), None, call.Aborted);
            }
        }
        finally
        {
            if (_key is not null)
            {
                ledger.Change(_key, seen => outcome(seen with { Active = seen.Active - 1 }));
            }
        }
    }

    internal static string Text(JsonNode? node) => node is null ? "" : node.GetValueKind() == JsonValueKind.String ? (string)node! : node.ToJsonString();

    /// <summary>A number; as text when it came by a query, or has 64 bits.</summary>
    internal static int Number(JsonNode? node) => node is null ? 0 : int.Parse(Text(node), CultureInfo.InvariantCulture);

    internal static bool Flag(JsonNode? node) => Text(node) == "true";

    private async Task<(RigFailure? Failure, IReadOnlyDictionary<string, string> Trailers)> ServeAsync(CancellationToken stop)
    {
        switch (call.Method)
        {
            case "Collect":
                return await CollectAsync(stop);
            case "Chat":
                return await ChatAsync(stop);
        }

        var request = await ReadAsync(stop) ?? new JsonObject();
        var trailers = Texts(request["replyTrailers"]);
        switch (call.Method)
        {
            case "Echo":
                await call.HeadersAsync(Texts(request["replyHeaders"]));
                await WriteAsync(Echo(request), stop);
                return (null, trailers);
            case "Fail":
                return (RigFailure.Asked(request["failure"]), trailers);
            case "Stream":
                var text = new string('x', Number(request["size"]));
                for (var i = 0; i < Number(request["count"]); i++)
                {
                    await WriteAsync($"{{\"index\":\"{i}\",\"text\":\"{text}\"}}", stop);
                }

                if (Flag(request["hang"]))
                {
                    await Task.Delay(Timeout.Infinite, stop);
                }

                return (RigFailure.Asked(request["failure"]), trailers);
            case "Hang":
                await Task.Delay(Timeout.Infinite, stop);
                return (null, trailers);
            default:
                return (new(StatusCode.Unimplemented, $"There is no method {call.Method}."), trailers);
        }
    }

    private async Task<(RigFailure?, IReadOnlyDictionary<string, string>)> CollectAsync(CancellationToken stop)
    {
        var (count, bytes) = (0, 0);
        var texts = new JsonArray();
        while (await ReadAsync(stop) is { } item)
        {
            count++;
            bytes += Text(item["text"]).Length;
            if (texts.Count < 100)
            {
                texts.Add(Text(item["text"]));
            }

            if (RigFailure.Asked(item["failure"]) is { } failure)
            {
                return (failure, None);
            }
        }

        await WriteAsync(new JsonObject { ["count"] = $"{count}", ["bytes"] = $"{bytes}", ["texts"] = texts }.ToJsonString(), stop);
        return (null, None);
    }

    private async Task<(RigFailure?, IReadOnlyDictionary<string, string>)> ChatAsync(CancellationToken stop)
    {
        while (await ReadAsync(stop) is { } item)
        {
            await WriteAsync(new JsonObject { ["text"] = Text(item["text"]) }.ToJsonString(), stop);
            if (RigFailure.Asked(item["failure"]) is { } failure)
            {
                return (failure, None);
            }
        }

        return (null, None);
    }

    private async Task<JsonNode?> ReadAsync(CancellationToken stop)
    {
        var message = await call.ReadAsync(stop);
        if (message is null)
        {
            if (_key is not null)
            {
                ledger.Change(_key, static seen => seen with { HalfClosed = seen.HalfClosed + 1 });
            }

            return null;
        }

        if (_key is null)
        {
            _key = Text(message["key"]);
            ledger.Change(_key, seen => seen with
            {
                Started = seen.Started + 1,
                Active = seen.Active + 1,
                Received = seen.Received + 1,
                TraceParent = call.HeaderOf("traceparent"),
                Timeout = call.Deadline.Text,
            });
        }
        else
        {
            ledger.Change(_key, static seen => seen with { Received = seen.Received + 1 });
        }

        return message;
    }

    private async Task WriteAsync(string json, CancellationToken stop)
    {
        await call.WriteAsync(json, stop);
        ledger.Change(_key!, static seen => seen with { Sent = seen.Sent + 1 });
    }

    private string Echo(JsonNode request) => new JsonObject
    {
        ["payload"] = Text(request["payload"]),
        ["text"] = Text(request["text"]),
        ["metadata"] = new JsonArray([.. call.Headers.Select(static h => new JsonObject { ["key"] = h.Key, ["value"] = h.Value })]),
        ["traceparent"] = call.HeaderOf("traceparent"),
    }.ToJsonString();

    private static IReadOnlyDictionary<string, string> Texts(JsonNode? map) =>
        map is null ? None : map.AsObject().ToDictionary(static e => e.Key, static e => Text(e.Value));
}
