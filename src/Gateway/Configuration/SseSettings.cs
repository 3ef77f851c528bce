namespace Gateway.Configuration;

/// <summary>How the event streams of a cluster are read.</summary>
public sealed record SseSettings
{
    /// <summary>What says that a stream ended well: `gateway` (an event named `end`), `openai` (data `[DONE]`), `event:NAME`, `data:TEXT`. Empty: nothing does.</summary>
    public IReadOnlyList<string> Terminators { get; init; } = ["gateway", "openai"];

    /// <summary>Names of events that say that the stream failed, and how.</summary>
    public IReadOnlyList<string> ErrorEvents { get; init; } = ["error"];

    /// <summary>Names of the events that are messages, `message` for those without a name; null means all.</summary>
    public IReadOnlyList<string>? EventFilter { get; init; }

    /// <summary>What the end of a stream is that nothing announced: `ok`, `unavailable`, or `auto` (unavailable with a schema, ok without).</summary>
    public string EndOfStream { get; init; } = "auto";

    /// <summary>Query parameter in which clients name the last event id they saw; it is sent as Last-Event-ID instead. Null: none.</summary>
    public string? CursorQuery { get; init; }

    /// <summary>How often in a row a lost stream is resumed by Last-Event-ID; zero never. Null: 5 on routes without schema whose client follows the stream, else 0.</summary>
    public int? ReconnectAttempts { get; init; }

    /// <summary>Longest wait before a stream is resumed, whatever the server asks for.</summary>
    public TimeSpan ReconnectMaxDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Clients that listen to the same share one stream; null when each has its own.</summary>
    public FanoutSettings? Fanout { get; init; }
}
