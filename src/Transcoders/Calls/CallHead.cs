namespace Transcoders.Calls;

/// <summary>How a call opens, whatever protocol it came in by.</summary>
public sealed record CallHead
{
    /// <summary>The method's full name, `pkg.Service/Method`; empty when the route has no schema and payloads are opaque.</summary>
    public required string Method { get; init; }

    public required CallShape Shape { get; init; }

    /// <summary>The HTTP verb the client used, or would have: `POST` for gRPC and stdio.</summary>
    public string Verb { get; init; } = "POST";

    /// <summary>Path and query as the client sent them, still percent-encoded (`/v1/books/a%20b?x=1`); begins with `/`.</summary>
    public string Target { get; init; } = "/";

    /// <summary>Media type of the client's payload; null when it named none.</summary>
    public string? ContentType { get; init; }

    /// <summary>End-to-end metadata, after the allow and deny policy of the route.</summary>
    public required CallMetadata Metadata { get; init; }

    public Deadline Deadline { get; init; }

    /// <summary>Largest message in bytes that the call's route takes in either direction.</summary>
    public int MessageSize { get; init; } = CallLimits.Default.MessageSize;

    /// <summary>The client's address as text (`203.0.113.9`); null where there is none, as on stdio.</summary>
    public string? Peer { get; init; }

    /// <summary>The client's port; zero where there is none.</summary>
    public int PeerPort { get; init; }

    /// <summary>Where a stream that was broken off goes on: what the client had last of it (`Last-Event-ID`), for a backend that gave it; null when it begins.</summary>
    public string? Cursor { get; init; }

    /// <summary>The client waits for one answer rather than follow a stream; see <see cref="ProtocolTraits.ExpectsOneAnswer"/>.</summary>
    public bool ExpectsOneAnswer { get; init; }

    /// <summary>The scheme the client used, `http` or `https`.</summary>
    public string Scheme { get; init; } = "http";

    /// <summary>The authority the client asked for (`api.example.com:8080`); empty where there is none.</summary>
    public string Authority { get; init; } = "";

    /// <summary>The client wants a process's own streams rather than its messages: see <see cref="ProcessStreams"/>. Other backends have none and do not look at it.</summary>
    public bool WantsStreams { get; init; }
}
