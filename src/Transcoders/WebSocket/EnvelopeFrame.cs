using Transcoders.Calls;

namespace Transcoders.WebSocket;

/// <summary>What an envelope frame says. Clients start, half-close and cancel; servers send headers and the end; both send messages.</summary>
public enum EnvelopeKind : byte
{
    Start,
    Message,
    Half,
    Cancel,
    Headers,
    End,
}

/// <summary>One frame of a <see cref="Subprotocols.Envelope"/> socket.</summary>
public readonly struct EnvelopeFrame
{
    public required EnvelopeKind Kind { get; init; }

    /// <summary>The call the frame belongs to; zero when it named none, which is the one call of a socket whose URL names the method.</summary>
    public required long Id { get; init; }

    /// <summary>`pkg.Service/Method` or `GET /path`, on start; null when the URL names it.</summary>
    public string? Method { get; init; }

    /// <summary>Metadata of a start or headers frame; null when it has none.</summary>
    public CallMetadata? Headers { get; init; }

    /// <summary>Deadline of a start frame in milliseconds; null when it has none.</summary>
    public long? TimeoutMs { get; init; }

    /// <summary>True when the frame carries a payload.</summary>
    public bool HasData { get; init; }

    /// <summary>The payload: a slice of the frame for `data`, decoded bytes for `b64`.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>What <see cref="Data"/> is: JSON, or Protobuf when it came as `b64`.</summary>
    public PayloadFormat Format { get; init; }

    /// <summary>A start frame whose message is the only one: half-close follows it.</summary>
    public bool Last { get; init; }

    /// <summary>A slice of an end frame: how the call ended, as google.rpc.Status in JSON. Empty when the frame has none.</summary>
    public ReadOnlyMemory<byte> Status { get; init; }

    /// <summary>Trailing metadata of an end frame; null when it has none.</summary>
    public CallMetadata? Trailers { get; init; }
}
