namespace Transcoders.Calls;

/// <summary>What one protocol can carry on one side of the gateway. Protocols are known by these values; no code switches on their names.</summary>
public sealed record ProtocolTraits
{
    /// <summary>The registered name (`http`, `grpc`).</summary>
    public required string Name { get; init; }

    /// <summary>How messages read in a sentence: `an SSE edge`.</summary>
    public required string Article { get; init; }

    /// <summary>Can carry more than one request message.</summary>
    public required bool StreamsRequests { get; init; }

    /// <summary>Can carry more than one response message.</summary>
    public required bool StreamsResponses { get; init; }

    /// <summary>Payload formats it can carry, in order of preference.</summary>
    public required IReadOnlyList<PayloadFormat> Formats { get; init; }

    /// <summary>A call names one method of a schema; without a schema there is nothing to call.</summary>
    public required bool NeedsSchema { get; init; }

    /// <summary>Why requests cannot stream, in the words of the planner's sentence (`an event stream flows one way only`); null when they can.</summary>
    public string? RequestStreamRefusal { get; init; }

    /// <summary>Why answers cannot stream, in the same words; null when they can, or when there is no more to say than that they cannot.</summary>
    public string? ResponseStreamRefusal { get; init; }

    /// <summary>Why both directions cannot stream in one call, in the same words; null when they can.</summary>
    public string? DuplexRefusal { get; init; }

    /// <summary>A backend's: how a call looks of which no schema is known.</summary>
    public CallShape OpaqueShape { get; init; } = CallShape.Duplex;

    /// <summary>A backend's: without a schema an HTTP body is one message, unless its media type says that it holds many (NDJSON, a JSON sequence).</summary>
    public bool TakesBodyAsOneMessage { get; init; }

    /// <summary>A backend's: without a schema a call is opened by its URL alone and takes no message; an edge that streams requests has nothing to wait for.</summary>
    public bool IsSubscription { get; init; }

    /// <summary>An edge's: its calls are HTTP requests, which can be forwarded as they are to a backend of the same protocol.</summary>
    public bool ArrivesAsHttp { get; init; } = true;

    /// <summary>
    /// An edge's: clients may also speak it in ways that servers of the protocol need not know. Such calls are the hub's, even before a backend of
    /// the same protocol.
    /// </summary>
    public bool HasModes { get; init; }

    /// <summary>A backend's: a call is a process whose own streams a client may ask for. Source: <see cref="ProcessStreams"/>.</summary>
    public bool HasProcessStreams { get; init; }

    /// <summary>A backend's: without a schema it cannot be told that nothing more will be said, and goes on until somebody leaves.</summary>
    public bool LacksHalfClose { get; init; }

    /// <summary>An edge's: a client expects one answer to a request unless it says otherwise, as in plain HTTP.</summary>
    public bool ExpectsOneAnswer { get; init; }

    /// <summary>A backend's: what makes one answer of its stream for an edge that expects one, where nobody said otherwise; null when it stays a stream.</summary>
    public Reply? OneAnswer { get; init; }

    /// <summary>A backend's: what makes the answer of a unary method, where the protocol may go on after it; null when it ends by itself.</summary>
    public Reply? UnaryReply { get; init; }

    /// <summary>A backend's: it is a foreign service whose JSON may hold fields the schema does not know; they are dropped rather than refused.</summary>
    public bool AnswersLeniently { get; init; }

    /// <summary>A backend's: how an answer opens is its own to say, as an HTTP head is, so that an edge waits for it however long it takes.</summary>
    public bool AnswersWithHead { get; init; }

    /// <summary>A backend's: what it takes and answers is an HTTP request and response, which only an edge of <see cref="CarriesHttp"/> has.</summary>
    public bool IsHttpOnly { get; init; }

    /// <summary>An edge's: a call is one HTTP request with one HTTP response, whose status, headers and body can be the backend's own.</summary>
    public bool CarriesHttp { get; init; }
}
