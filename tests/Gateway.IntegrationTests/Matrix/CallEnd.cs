using System.Text.Json;
using Grpc.Core;

namespace Gateway.IntegrationTests.Matrix;

/// <summary>How a call ended, as its client sees it.</summary>
internal sealed record CallEnd
{
    /// <summary>The status; null when the answer was broken off without one.</summary>
    public StatusCode? Code { get; init; }

    public string Message { get; init; } = "";

    /// <summary>The details as JSON, or as text that shows them; empty when there are none.</summary>
    public string Details { get; init; } = "";

    /// <summary>HTTP status, close code, or gRPC's 200.</summary>
    public int Wire { get; init; }

    /// <summary>Headers of the answer by lower-case name; empty where the edge has none.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Trailers by lower-case name; empty where the edge has none.</summary>
    public IReadOnlyDictionary<string, string> Trailers { get; init; } = new Dictionary<string, string>();

    /// <summary>Why it was broken off, for the message of a failing test.</summary>
    public string Cause { get; init; } = "";

    public bool IsOk => Code == StatusCode.OK;

    /// <summary>Reads a google.rpc.Status in JSON.</summary>
    public static CallEnd FromStatus(JsonElement status, int wire) => new()
    {
        Code = status.TryGetProperty("code", out var code) ? (StatusCode)code.GetInt32() : StatusCode.OK,
        Message = status.TryGetProperty("message", out var message) ? message.GetString()! : "",
        Details = status.TryGetProperty("details", out var details) && details.GetArrayLength() > 0 ? details.GetRawText() : "",
        Wire = wire,
    };

    public static CallEnd Broken(Exception cause, int wire = 0) => new() { Cause = cause.InnerException is { } inner ? $"{cause.Message} {inner.Message}" : cause.Message, Wire = wire };

    public override string ToString() => $"{Code?.ToString() ?? "broken off"} ({Wire}) {Message}{Cause} {Details}";
}
