using Gateway.Configuration;
using Transcoders.Calls;
using Transcoders.Planning;

namespace Gateway.Edges.WebSocket;

/// <summary>What a route's options make of a socket that carries one call.</summary>
internal readonly record struct RawCallMode
{
    /// <summary>The handshake waits for the backend's head, unless the client's message is needed before it.</summary>
    public bool LateAccept { get; private init; }

    /// <summary>An empty message opens the call; nothing is waited for. A route without schema.</summary>
    public bool StartsAtOnce { get; private init; }

    /// <summary>Answers leave with their id and event.</summary>
    public bool Wraps { get; private init; }

    /// <summary>An empty text is the half-close. A route without schema; with one it always is.</summary>
    public bool EmptyIsEof { get; private init; }

    /// <summary>Messages are the lines of a request's body. A route without schema.</summary>
    public bool IsBody { get; private init; }

    /// <summary>Messages up to the half-close make one body of a line each. A route without schema.</summary>
    public bool JoinsLines { get; private init; }

    /// <summary>The backend is an event stream: its client has nothing more to say.</summary>
    public bool IsSubscription { get; private init; }

    /// <summary>What a line break in a text that is no JSON does: `reject`, `split`, `escape`.</summary>
    public string Lf { get; private init; }

    public static RawCallMode Of(CallPlan plan, WebSocketEdgeOptions options)
    {
        var isOpaque = plan.Method is null;
        var isSubscription = plan.Backend.IsSubscription;
        var waitsForMessage = isOpaque && isSubscription && options.Start == "firstMessage";
        var isBody = isOpaque && !isSubscription && OneRequest.Suits(plan);
        return new RawCallMode
        {
            LateAccept = (options.LateAccept ?? isSubscription) && !waitsForMessage,
            StartsAtOnce = isOpaque && isSubscription && !waitsForMessage,
            Wraps = isSubscription && options.Wrap,
            EmptyIsEof = options.EmptyIsEof || isBody,
            IsBody = isBody,
            JoinsLines = isBody && !plan.Shape.StreamsRequests(),
            IsSubscription = isSubscription,
            Lf = options.Lf,
        };
    }

    /// <summary>The head of such a call: what a backend without schema is asked by its URL, and what a body of lines is.</summary>
    public CallHead Shape(CallHead head, WebSocketEdgeOptions options)
    {
        if (head.Method.Length > 0)
        {
            return head;
        }

        if (IsSubscription)
        {
            head = head with { Verb = StartsAtOnce ? HttpMethods.Get : HttpMethods.Post };
            return LastEventId.Apply(head, options.LastEventId);
        }

        return IsBody ? head with { Verb = options.Verb, ContentType = "application/x-ndjson" } : head;
    }
}

/// <summary>Plans without schema whose backend takes one request at a time, as an HTTP server does.</summary>
internal static class OneRequest
{
    /// <summary>True when a message is naturally a call of its own.</summary>
    public static bool Suits(CallPlan plan) =>
        plan.Method is null && !plan.Backend.IsSubscription && (!plan.Shape.StreamsRequests() || plan.Backend is { TakesBodyAsOneMessage: true, AnswersWithHead: true });

    /// <summary>The shape of a call that one message makes.</summary>
    public static CallShape Shape(CallPlan plan) => plan.Shape & ~CallShape.ClientStreaming;
}
