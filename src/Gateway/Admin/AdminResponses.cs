using System.Buffers;
using System.Text.Json;

namespace Gateway.Admin;

/// <summary>Writes the admin port's answers: JSON, text, or the page, none of which may be kept or framed.</summary>
internal static class AdminResponses
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    public static Task JsonAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        // Whole before the first byte: what fails half-way must not leave as half a document.
        var body = new ArrayBufferWriter<byte>(4 * 1024);
        using (var json = new Utf8JsonWriter(body, Indented))
        {
            write(json);
        }

        body.Write("\n"u8);
        return BytesAsync(context, status, "application/json; charset=utf-8", body.WrittenMemory);
    }

    /// <summary>`{"error":"…"}`.</summary>
    public static Task ErrorAsync(HttpContext context, int status, string text) => JsonAsync(context, status, json =>
    {
        json.WriteStartObject();
        json.WriteString("error", text);
        json.WriteEndObject();
    });

    public static async Task BytesAsync(HttpContext context, int status, string contentType, ReadOnlyMemory<byte> body)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.XFrameOptions = "DENY";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body, context.RequestAborted);
        }
    }
}
