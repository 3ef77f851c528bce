using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.HttpRules;

namespace Gateway.Backends.Http;

/// <summary>Chooses how the body of a successful answer is read: by its media type, and by what the method expects. Source: PROTOCOLS §10.4.</summary>
internal static class AnswerReaders
{
    /// <summary>The reader; else the status of an answer that is not what was asked for.</summary>
    /// <param name="response">The answer, 2xx or 304.</param>
    /// <param name="body">Its body.</param>
    /// <param name="head">How many answers the call takes, and whether its client follows them.</param>
    /// <param name="method">The method; null when payloads are opaque.</param>
    /// <param name="options">The cluster's choices.</param>
    public static (AnswerReader? Reader, CallStatus? Refusal) Choose(
        HttpResponseMessage response, Stream body, CallHead head, RestMethod? method, HttpCallOptions options)
    {
        var shape = head.Shape;
        var type = HttpAnswerHead.Find(response.Content.Headers, "Content-Type");
        if (HttpAnswerHead.Find(response.Content.Headers, "Content-Encoding") is { } encoding && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return (null, Refuse($"unexpected content-encoding '{encoding}', which was not asked for"));
        }

        var messages = new AnswerShape(method, type, options.Limits);
        var limits = options.Limits;
        if (method is { AnswersHttpBody: true })
        {
            return shape.StreamsResponses()
                ? (new ChunkedAnswer(body, messages), null)
                : (new WholeAnswer(body, messages, static (made, bytes) => made.Bytes(bytes), emptyIsMessage: true, limits), null);
        }

        if (Is(type, "text/event-stream"))
        {
            return (new EventsAnswer(body, messages, options.Events, options.Errors, limits), null);
        }

        if (JsonMediaTypes.IsSequence(type))
        {
            return (new ValuesAnswer(body, mayBeList: false, IsEnveloped(options, method), messages, options.Errors, limits), null);
        }

        var isJson = JsonMediaTypes.IsJson(type);
        if (method is null)
        {
            // Of a length that is known the whole is at hand soon; what has none may go on for as long as the client follows it.
            var isLive = shape.StreamsResponses() && !head.ExpectsOneAnswer && response.Content.Headers.ContentLength is null;
            return (OfOpaque(body, shape, messages, isJson, type, isLive, limits), null);
        }

        if (isJson && shape.StreamsResponses())
        {
            return (new ValuesAnswer(body, mayBeList: true, IsEnveloped(options, method), messages, options.Errors, limits), null);
        }

        // Without content the media type does not matter: 204 has none, and some servers name one all the same.
        return isJson || type is null || response.Content.Headers.ContentLength == 0
            ? (new WholeAnswer(body, messages, static (made, bytes) => made.Json(bytes), emptyIsMessage: !shape.StreamsResponses(), limits), null)
            : (null, Refuse($"unexpected content-type '{type}'; application/json would be right"));
    }

    private static AnswerReader OfOpaque(Stream body, CallShape shape, AnswerShape messages, bool isJson, string? type, bool isLive, CallLimits limits)
    {
        if (isJson)
        {
            return new WholeAnswer(body, messages, static (made, bytes) => made.Json(bytes), emptyIsMessage: false, limits);
        }

        if (type?.StartsWith("text/", StringComparison.OrdinalIgnoreCase) ?? false)
        {
            return isLive
                ? new LinesAnswer(body, messages, limits)
                : new WholeAnswer(body, messages, static (made, bytes) => made.Text(bytes), emptyIsMessage: false, limits);
        }

        return shape.StreamsResponses()
            ? new ChunkedAnswer(body, messages)
            : new WholeAnswer(body, messages, static (made, bytes) => made.Bytes(bytes), emptyIsMessage: false, limits);
    }

    private static bool IsEnveloped(HttpCallOptions options, RestMethod? method) => options.Settings.StreamEnvelope switch
    {
        "result" => true,
        "auto" => method is not null && !method.AnswerHasField("result") && !method.AnswerHasField("error"),
        _ => false,
    };

    private static bool Is(string? type, string wanted) =>
        type is not null && type.AsSpan(0, Math.Min(type.Length, wanted.Length)).Equals(wanted, StringComparison.OrdinalIgnoreCase)
        && (type.Length == wanted.Length || type[wanted.Length] is ';' or ' ');

    private static CallStatus Refuse(string text) => new(StatusCode.Internal, text + ".") { HttpStatus = 502, Origin = StatusOrigin.Backend };
}
