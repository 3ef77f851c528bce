namespace Transcoders.Calls;

/// <summary>How the answers of a stream become the one answer a client waits for.</summary>
public enum ReplyKind : byte
{
    /// <summary>The first message; the rest is not waited for.</summary>
    First,

    /// <summary>The last message before the end.</summary>
    Last,

    /// <summary>A JSON array of the first so many messages.</summary>
    Count,

    /// <summary>A JSON array of every message.</summary>
    All,

    /// <summary>A JSON object of events with their ids and names, which says whether the stream had ended. Source: PROTOCOLS §10.7 cell 3.</summary>
    Events,
}

/// <summary>A choice of <see cref="ReplyKind"/> with its bounds. Immutable.</summary>
public sealed record Reply(ReplyKind Kind)
{
    public static readonly Reply First = new(ReplyKind.First);

    /// <summary>Most messages that are collected; more is RESOURCE_EXHAUSTED, except for <see cref="ReplyKind.Count"/>, which is then complete, and <see cref="ReplyKind.Events"/>, which says that it is not.</summary>
    public int MaxMessages { get; init; } = 100;

    /// <summary>Most bytes that are collected; as with <see cref="MaxMessages"/>.</summary>
    public int MaxBytes { get; init; } = 1024 * 1024;

    /// <summary>How long <see cref="ReplyKind.Events"/> are collected.</summary>
    public TimeSpan MaxDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>True when the answer is a JSON value made here, false when it is one of the messages as it came.</summary>
    public bool IsCollected => Kind is not (ReplyKind.First or ReplyKind.Last);
}
