using System.Globalization;
using System.Text.Json;
using Gateway.Backends.Stdio;
using Gateway.Configuration;
using Gateway.Telemetry;

namespace Gateway.Admin;

/// <summary>What the admin port shows, as JSON.</summary>
internal static class AdminJson
{
    /// <summary>`{"status":"ready"}` or `{"status":"not ready","reasons":[…]}`.</summary>
    public static void WriteReadiness(Utf8JsonWriter json, IReadOnlyList<string> reasons)
    {
        json.WriteStartObject();
        json.WriteString("status", reasons.Count == 0 ? "ready" : "not ready");
        if (reasons.Count > 0)
        {
            json.WriteStartArray("reasons");
            foreach (var reason in reasons)
            {
                json.WriteStringValue(reason);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    public static void WriteConfig(Utf8JsonWriter json, ReloadState.State state)
    {
        json.WriteStartObject();
        json.WriteString("version", TelemetrySetup.Version);
        json.WriteString("file", state.Config?.File);
        json.WriteStartObject("reload");
        json.WriteString("state", state.RejectedAt is not null ? "rejected" : state.Config is null ? "none" : "applied");
        WriteTime(json, "appliedAt", state.AppliedAt);
        WriteTime(json, "rejectedAt", state.RejectedAt);
        json.WriteStartArray("problems");
        foreach (var problem in state.Problems)
        {
            json.WriteStringValue(problem.ToString());
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WritePropertyName("config");
        if (state.Config is { } config)
        {
            ConfigRedactor.Write(config, json);
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteEndObject();
    }

    /// <summary>The calls in flight, oldest first, at most <see cref="TelemetryLimits.CallsShown"/>.</summary>
    public static void WriteCalls(Utf8JsonWriter json, CallRegistry registry, TimeProvider clock)
    {
        var calls = registry.Oldest(TelemetryLimits.CallsShown);
        var now = clock.GetUtcNow();
        json.WriteStartObject();
        json.WriteNumber("inFlight", Math.Max(registry.Count, calls.Count));
        json.WriteNumber("shown", calls.Count);
        json.WriteStartArray("calls");
        foreach (var call in calls)
        {
            var elapsed = clock.GetElapsedTime(call.Started);
            json.WriteStartObject();
            json.WriteString("route", (string?)call.Labels.Route.Value);
            json.WriteString("edge", (string?)call.Labels.Edge.Value);
            json.WriteString("backend", (string?)call.Labels.Backend.Value);
            json.WriteString("method", call.Method);
            json.WriteString("destination", call.Destination);
            json.WriteString("peer", call.Peer);
            WriteTime(json, "started", now - elapsed);
            json.WriteNumber("seconds", Math.Round(elapsed.TotalSeconds, 3));
            if (call.Tally is { } tally)
            {
                WriteFlow(json, "request", Volatile.Read(ref tally.RequestMessages), Volatile.Read(ref tally.RequestBytes));
                WriteFlow(json, "response", Volatile.Read(ref tally.ResponseMessages), Volatile.Read(ref tally.ResponseBytes));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void WriteProcesses(Utf8JsonWriter json, ProcessTable? table, TimeProvider clock)
    {
        json.WriteStartObject();
        json.WriteStartArray("running");
        foreach (var row in table?.Snapshot() ?? [])
        {
            json.WriteStartObject();
            json.WriteNumber("pid", row.Pid);
            json.WriteString("cluster", row.ClusterId);
            json.WriteString("destination", row.DestinationId);
            json.WriteString("command", row.Command);
            json.WriteString("method", row.Method);
            WriteTime(json, "started", row.StartedAt);
            json.WriteNumber("seconds", Math.Round((clock.GetUtcNow() - row.StartedAt).TotalSeconds, 3));
            json.WriteBoolean("stopping", row.IsStopping);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("clusters");
        foreach (var totals in table?.Totals() ?? [])
        {
            json.WriteStartObject();
            json.WriteString("cluster", totals.ClusterId);
            json.WriteNumber("running", totals.Running);
            json.WriteNumber("started", totals.Started);
            json.WriteNumber("refused", totals.Refused);
            json.WriteNumber("startFailures", totals.SpawnFailures);
            WriteCounts(json, "exitsByCode", totals.ExitsByCode);
            WriteCounts(json, "exitsBySignal", totals.ExitsBySignal);
            json.WriteNumber("unknownExits", totals.UnknownExits);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteFlow(Utf8JsonWriter json, string name, long messages, long bytes)
    {
        json.WriteStartObject(name);
        json.WriteNumber("messages", messages);
        json.WriteNumber("bytes", bytes);
        json.WriteEndObject();
    }

    private static void WriteCounts(Utf8JsonWriter json, string name, IReadOnlyDictionary<int, long> counts)
    {
        json.WriteStartObject(name);
        foreach (var (key, count) in counts)
        {
            json.WriteNumber(key.ToString(CultureInfo.InvariantCulture), count);
        }

        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } at)
        {
            json.WriteString(name, at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
