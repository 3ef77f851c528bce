using System.Text.Json;
using Gateway.Backends.Stdio;
using Gateway.Dispatch;
using Gateway.Telemetry;

namespace Gateway.Admin;

/// <summary>Where the admin port gets what it shows. Everything here is read from any thread, beside running calls.</summary>
public sealed record AdminSources
{
    public required Readiness Readiness { get; init; }

    public required ReloadState Reload { get; init; }

    /// <summary>Writes one JSON value: the routes in force, each with its plans.</summary>
    public required Action<Utf8JsonWriter> Routes { get; init; }

    /// <summary>What a route says of itself, by its id; null when there is no such route, or it has no schema.</summary>
    public required Func<string, RouteDescription?> Description { get; init; }

    public required CallRegistry Calls { get; init; }

    /// <summary>The stdio children; null where there can be none.</summary>
    public ProcessTable? Processes { get; init; }

    public required PrometheusExporter Metrics { get; init; }

    /// <summary>The clock the calls were begun with.</summary>
    public required TimeProvider Clock { get; init; }

    public required ILoggerFactory Loggers { get; init; }
}
