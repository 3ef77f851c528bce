using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Transcoders.Calls;

namespace Transcoders.Http;

/// <summary>
/// Reads the status out of an HTTP answer that failed. The body's own code wins over the status line; the status line stays in
/// <see cref="CallStatus.HttpStatus"/>, so that an HTTP client is answered as the server answered. Source: PROTOCOLS §3.4, §3.5.
/// </summary>
/// <remarks>
/// <code>
///   application/problem+json                       RFC 9457: detail, else title
///   {"error":{"code":404,"status":"NOT_FOUND",…}}  AIP-193; with a gRPC number, what grpc-gateway puts into a stream
///   {"code":"not_found","message":…}               Connect
///   {"code":5,"message":…,"details":[…]}           google.rpc.Status
///   {"error":"…"}                                  grpc-gateway 1, OAuth 2.0 (error_description)
///   {"message":…}                                  what many servers do
///   text/plain                                     its text
/// </code>
/// Used from any thread. Whatever the body is, there is a status.
/// </remarks>
/// <param name="details">Reads details, which are google.protobuf.Any in JSON; null leaves them out.</param>
public sealed class ErrorBodyReader(StatusReader? details)
{
    /// <summary>As much of a body as is worth reading, in bytes.</summary>
    public const int MaxBody = 64 * 1024;

    /// <summary>Longest message taken from a body, in characters.</summary>
    private const int MaxMessage = 4096;

    /// <summary>The status of an answer outside 2xx.</summary>
    /// <param name="httpStatus">Its status line.</param>
    /// <param name="contentType">Its media type; null when it named none.</param>
    /// <param name="body">Its body, cut off at <see cref="MaxBody"/>.</param>
    public CallStatus Read(int httpStatus, string? contentType, ReadOnlySpan<byte> body)
    {
        var found = ReadBody(contentType, body);
        var code = found.Code ?? HttpStatusMapping.FromHttp(httpStatus);
        return new CallStatus(
            code == StatusCode.Ok ? StatusCode.Unknown : code,
            found.Message is { Length: > 0 } message ? Cut(message) : $"The backend answered with HTTP status {httpStatus}.")
        {
            Details = found.Details,
            HttpStatus = httpStatus,
            Origin = StatusOrigin.Backend,
        };
    }

    /// <summary>The status inside a stream whose head was a success: the value of `error`; never OK.</summary>
    public CallStatus ReadStreamed(ReadOnlySpan<byte> error)
    {
        using var json = TryParse(error);
        var found = json?.RootElement is { ValueKind: JsonValueKind.Object } value ? ReadErrorObject(value)
            : json is not null ? new Found(null, JsonTexts.Of(json.RootElement), default)
            : default;
        return new CallStatus(found.Code ?? StatusCode.Unknown, Cut(found.Message ?? "The backend ended its stream with an error."))
        {
            Details = found.Details,
            Origin = StatusOrigin.Backend,
        };
    }

    private Found ReadBody(string? contentType, ReadOnlySpan<byte> body)
    {
        if (contentType is null || JsonMediaTypes.IsJson(contentType))
        {
            using var json = TryParse(body);
            if (json is { RootElement: { ValueKind: JsonValueKind.Object } root })
            {
                return IsProblem(contentType) ? ReadProblem(root) : ReadObject(root);
            }
        }

        var isText = contentType is null || contentType.StartsWith("text/plain", StringComparison.OrdinalIgnoreCase);
        return isText ? new Found(null, Text(body), default) : default;
    }

    private Found ReadObject(JsonElement root)
    {
        if (root.TryGetProperty("error", out var error))
        {
            if (error.ValueKind == JsonValueKind.Object)
            {
                return ReadErrorObject(error);
            }

            if (error.ValueKind == JsonValueKind.String)
            {
                var text = String(root, "message") ?? String(root, "error_description") ?? JsonTexts.Of(error);
                return new Found(Number(root, "code") is { } number ? ByNumber(number) : null, text, default);
            }
        }

        if (String(root, "code") is { } name && ConnectCode(name) is { } connect)
        {
            return new Found(connect, String(root, "message"), ConnectDetails.Read(connect, String(root, "message") ?? "", root));
        }

        // A message stands beside google.rpc.Status's code; a number alone may mean anything.
        var message = String(root, "message");
        var code = message is null || Number(root, "code") is not { } value ? null : ByNumber(value);
        return new Found(code, message ?? String(root, "detail") ?? String(root, "title"), code is { } status ? Details(status, root) : default);
    }

    /// <summary>AIP-193, and the `error` of a stream: the name of the code wins, then its number, gRPC's or HTTP's by its size.</summary>
    private Found ReadErrorObject(JsonElement error)
    {
        var code = String(error, "status") is { } name ? ByName(name) : null;
        code ??= Number(error, "code") is { } number ? ByNumber(number) : null;
        code ??= String(error, "code") is { } connect ? ConnectCode(connect) : null;
        code ??= String(error, "grpcStatus") is { } problem ? ByName(problem) : null;
        return new Found(code, String(error, "message") ?? String(error, "detail"), code is { } known ? Details(known, error) : default);
    }

    private Found ReadProblem(JsonElement root)
    {
        var code = String(root, "grpcStatus") is { } name ? ByName(name)
            : Number(root, "grpcStatus") is { } number ? ByNumber(number)
            : null;
        return new Found(code, String(root, "detail") ?? String(root, "title"), Details(code ?? StatusCode.Unknown, root));
    }

    private ReadOnlyMemory<byte> Details(StatusCode code, JsonElement holder)
    {
        if (details is null || !holder.TryGetProperty("details", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            return default;
        }

        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteNumber("code", (int)code);
            writer.WriteString("message", String(holder, "message") ?? "");
            writer.WritePropertyName("details");
            writer.WriteRawValue(list.GetRawText(), skipInputValidation: true);
            writer.WriteEndObject();
        }

        return details.Read(json.GetBuffer().AsSpan(0, (int)json.Length))?.Details ?? default;
    }

    private static StatusCode? ByNumber(int number) => number switch
    {
        > 0 and < StatusCodeNames.Count => (StatusCode)number,
        >= 400 and < 600 => HttpStatusMapping.FromHttp(number),
        _ => null,
    };

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

    /// <summary>Connect's names are gRPC's in lower case, with one spelling of its own. Source: connectrpc.com/docs/protocol, Error Codes.</summary>
    private static StatusCode? ConnectCode(string name) => name == "canceled" ? StatusCode.Cancelled
        : name.AsSpan().ContainsAnyExceptInRange('_', 'z') ? null
        : ByName(name.ToUpperInvariant());

    private static bool IsProblem(string? contentType) =>
        contentType?.StartsWith("application/problem+json", StringComparison.OrdinalIgnoreCase) ?? false;

    private static string? String(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? JsonTexts.Of(value) : null;

    private static int? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    private static string? Text(ReadOnlySpan<byte> body)
    {
        var text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, MaxMessage * 3)]).Trim();
        return text.AsSpan().Contains('\0') || text.StartsWith('<') ? null : text;
    }

    private static string Cut(string text)
    {
        if (text.Length <= MaxMessage)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[MaxMessage - 1]) ? MaxMessage - 1 : MaxMessage;
        return text[..end];
    }

    private static JsonDocument? TryParse(ReadOnlySpan<byte> body)
    {
        try
        {
            return Utf8.IsValid(body) ? JsonDocument.Parse(body.ToArray()) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private readonly record struct Found(StatusCode? Code, string? Message, ReadOnlyMemory<byte> Details);
}
