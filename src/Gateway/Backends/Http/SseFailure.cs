using System.Text;
using System.Text.Json;
using Transcoders.Calls;
using Transcoders.Http;

namespace Gateway.Backends.Http;

/// <summary>Reads the status out of the data of an event that says that the stream failed. Source: PROTOCOLS §3.5, §5.3.</summary>
/// <remarks>`{"code":8,"message":"quota"}`, `{"error":{"code":429,"status":"RESOURCE_EXHAUSTED",…}}`, `{"type":"error","error":{"type":"overloaded_error",…}}`, text.</remarks>
internal static class SseFailure
{
    private const int MaxText = 1024;

    public static CallStatus Read(ReadOnlySpan<byte> data, ErrorBodyReader errors)
    {
        try
        {
            using var json = JsonDocument.Parse(data.ToArray());
            if (json.RootElement is { ValueKind: JsonValueKind.Object } root)
            {
                return Read(root, errors);
            }
        }
        catch (JsonException)
        {
            // Text, then.
        }

        var text = Encoding.UTF8.GetString(data[..Math.Min(data.Length, MaxText)]);
        return new CallStatus(StatusCode.Unknown, text.Length == 0 ? "The backend's event stream reported an error." : text) { Origin = StatusOrigin.Backend };
    }

    private static CallStatus Read(JsonElement root, ErrorBodyReader errors)
    {
        var error = root.TryGetProperty("error", out var wrapped) ? wrapped : root;
        var status = errors.ReadStreamed(Encoding.UTF8.GetBytes(error.GetRawText()));
        if (status.Code == StatusCode.Unknown && error.ValueKind == JsonValueKind.Object
            && error.TryGetProperty("type", out var kind) && kind.ValueKind == JsonValueKind.String)
        {
            return new CallStatus(ByKind(kind.GetString()!), status.Message) { Origin = StatusOrigin.Backend };
        }

        return status;
    }

    /// <summary>Kinds of errors as chat services name them.</summary>
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
}
