using System.Text.Json.Nodes;
using Grpc.Core;

namespace Gateway.IntegrationTests.Matrix.Backends;

/// <summary>A failure as a rig answers it.</summary>
internal sealed record RigFailure(StatusCode Code, string Message, bool HasDetails = false)
{
    private const string Details = """
        [{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"ASKED_FOR","domain":"library.example","metadata":{"service":"library.v1.Behaviours"}},
         {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1.500s"},
         {"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"failure.code","description":"Asked for."}]},
         {"@type":"type.googleapis.com/google.rpc.ResourceInfo","resourceType":"library.v1/Book","resourceName":"shelves/none/books/none"}]
        """;

    /// <summary>Asked for without a message: told by the wire alone, as a server does that has never heard of google.rpc.Status.</summary>
    public bool IsBare => Message.Length == 0;

    /// <summary>google.rpc.Status in JSON, on one line.</summary>
    public string Json => new JsonObject
    {
        ["code"] = (int)Code,
        ["message"] = Message,
        ["details"] = HasDetails ? JsonNode.Parse(Details) : new JsonArray(),
    }.ToJsonString();

    /// <summary>`NOT_FOUND`.</summary>
    public string Name => string.Concat(Code.ToString().Select(static (c, i) => i > 0 && char.IsUpper(c) ? "_" + c : char.ToUpperInvariant(c).ToString()));

    /// <summary>The failure a request asks for; null when it asks for none.</summary>
    public static RigFailure? Asked(JsonNode? failure) => failure is null
        ? null
        : new((StatusCode)BehaviourScript.Number(failure["code"]), BehaviourScript.Text(failure["message"]), BehaviourScript.Flag(failure["details"]));
}
