using System.Text;
using System.Text.Json;
using Transcoders.Calls;
using Transcoders.Http;

namespace Gateway.Backends.Sse;

/// <summary>Reads the status out of the data of an `error` event: google.rpc.Status, AIP-193, and what chat services send. Source: PROTOCOLS §3.5, §5.3.</summary>
internal static class SseFailure
{
    private const int MaxText = 1024;

    public static CallStatus Read(ReadOnlySpan<byte> data)
    {
        try
        {
            using var json = JsonDocument.Parse(data.ToArray());
            if (Find(json.RootElement) is { } status)
            {
                return status;
            }
        }
        catch (JsonException)
        {
            // Text, then.
        }

        var text = Encoding.UTF8.GetString(data[..Math.Min(data.Length, MaxText)]);
        return Failure(StatusCode.Unknown, text.Length == 0 ? "The backend's event stream reported an error." : text);
    }

    private static CallStatus? Find(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (!root.TryGetProperty("error", out var error))
        {
            return Number(root, "code") is { } code && root.TryGetProperty("message", out _)
                ? Failure(code is > 0 and < StatusCodeNames.Count ? (StatusCode)code : StatusCode.Unknown, Text(root, "message"))
                : null;
        }

        if (error.ValueKind != JsonValueKind.Object)
        {
            return error.ValueKind == JsonValueKind.String ? Failure(StatusCode.Unknown, error.GetString()!) : null;
        }

        return Failure(Code(error), Text(error, "message"));
    }

    /// <summary>The name of the code wins; then the number, gRPC's or HTTP's by its size; then the kind of error, as chat services name it.</summary>
    private static StatusCode Code(JsonElement error)
    {
        if (ByName(Text(error, "status")) is { } named)
        {
            return named;
        }

        return Number(error, "code") switch
        {
            > 0 and < StatusCodeNames.Count and var grpc => (StatusCode)grpc,
            >= 400 and < 600 and var http => HttpStatusMapping.FromHttp(http),
            _ => ByKind(Text(error, "type")),
        };
    }

    private static StatusCode? ByName(string name)
    {
        for (var number = 1; number < StatusCodeNames.Count; number++)
        {
            if (StatusCodeNames.Name((StatusCode)number) == name)
            {
                return (StatusCode)number;
            }
        }

        return null;
    }

    private static StatusCode ByKind(string kind) => kind switch
    {
        "invalid_request_error" => StatusCode.InvalidArgument,
        "authentication_error" => StatusCode.Unauthenticated,
        "permission_error" => StatusCode.PermissionDenied,
        "not_found_error" => StatusCode.NotFound,
        "request_too_large" => StatusCode.ResourceExhausted,
        "rate_limit_error" => StatusCode.ResourceExhausted,
        "insufficient_quota" => StatusCode.ResourceExhausted,
        "overloaded_error" => StatusCode.Unavailable,
        "timeout_error" => StatusCode.DeadlineExceeded,
        "api_error" => StatusCode.Internal,
        "server_error" => StatusCode.Internal,
        _ => StatusCode.Unknown,
    };

    private static int? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static CallStatus Failure(StatusCode code, string message) => new(code, message) { Origin = StatusOrigin.Backend };
}
