namespace Transcoders.Sse;

/// <summary>One dispatched event.</summary>
/// <param name="Data">The data, its lines joined by LF, valid UTF-8; on loan until the reader is used again.</param>
/// <param name="Name">The event's name; null for the unnamed ones, which are `message`.</param>
/// <param name="Id">The last event id as of this event, its own or an earlier one's; null when there is none.</param>
/// <param name="HasOwnId">True when the event itself brought an id.</param>
public readonly record struct SseEvent(ReadOnlyMemory<byte> Data, string? Name, string? Id, bool HasOwnId);
