using System.Globalization;
using System.Text.Json.Nodes;

namespace Gateway.IntegrationTests.Matrix.Backends;

/// <summary>A call as a rig's wire brought it: what <see cref="BehaviourScript"/> needs of any protocol. Messages are JSON.</summary>
internal abstract class RigCall
{
    /// <summary>`Echo`, `Stream`, ….</summary>
    public required string Method { get; init; }

    /// <summary>What arrived with it, in order, names in lower case; not what belongs to the rig's own hop.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    /// <summary>The deadline as it was told, and the time it leaves; empty and null when none was.</summary>
    public (string Text, TimeSpan? Left) Deadline { get; init; } = ("", null);

    /// <summary>Fires when the caller is gone or gave the call up.</summary>
    public abstract CancellationToken Aborted { get; }

    public bool StreamsRequests => Method is "Collect" or "Chat";

    public bool StreamsResponses => Method is "Stream" or "Chat";

    /// <summary>The next request; null once the caller said there is no other.</summary>
    public abstract Task<JsonNode?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Headers to answer with; before the first message.</summary>
    public abstract Task HeadersAsync(IReadOnlyDictionary<string, string> headers);

    /// <summary>Ends once the wire has taken it: a stalled caller stops the script here.</summary>
    public abstract Task WriteAsync(string json, CancellationToken cancellationToken);

    /// <summary>The good end, or the failure.</summary>
    public abstract Task EndAsync(RigFailure? failure, IReadOnlyDictionary<string, string> trailers, CancellationToken cancellationToken);

    public string HeaderOf(string name) => Headers.FirstOrDefault(h => h.Key == name).Value ?? "";

    /// <summary>Reads the deadline of the headers that may tell it.</summary>
    public static (string Text, TimeSpan? Left) DeadlineOf(IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        foreach (var (name, value) in headers)
        {
            switch (name)
            {
                case "x-server-timeout" or "x-request-timeout":
                    return (value, TimeSpan.FromSeconds(double.Parse(value, CultureInfo.InvariantCulture)));
                case "x-request-timeout-ms":
                    return (value, TimeSpan.FromMilliseconds(double.Parse(value, CultureInfo.InvariantCulture)));
            }
        }

        return ("", null);
    }
}
