using Transcoders.Calls;
using Transcoders.HttpRules;

namespace Gateway.Backends.Http;

/// <summary>What a request says of the answer it wants.</summary>
internal static class AcceptHeaders
{
    private const string Anything = "application/json, application/x-ndjson;q=0.9, */*;q=0.1";

    /// <summary>The Accept header: a method knows what it wants, a client without schema may get anything. Source: PROTOCOLS §10.7 cells 9 and 13.</summary>
    public static string Of(RestMethod? method, CallShape shape) => method switch
    {
        null => Anything,
        { AnswersHttpBody: true } => "*/*",
        _ => shape.StreamsResponses() ? "application/x-ndjson, application/json;q=0.9, text/event-stream;q=0.8" : "application/json",
    };
}
