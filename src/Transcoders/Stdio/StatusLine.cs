using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Transcoders.Calls;

namespace Transcoders.Stdio;

/// <summary>
/// A status a process prints as its last line on stderr: google.rpc.Status as JSON, `{"code":5,"message":"no item a"}`.
/// Code and message are taken; details and unknown fields are passed over.
/// </summary>
public static class StatusLine
{
    /// <summary>False when the line is no JSON object with a failing code; a process that failed cannot claim OK.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, [NotNullWhen(true)] out CallStatus? status)
    {
        status = null;
        line = line.Trim(" \t\r\n"u8);
        if (line.IsEmpty || line[0] != (byte)'{')
        {
            return false;
        }

        try
        {
            status = Parse(line);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not a status after all: anything may stand on stderr. InvalidOperationException is a string that is no text (half a surrogate pair).
            return false;
        }

        return status is not null;
    }

    private static CallStatus? Parse(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        var code = 0;
        var message = "";
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isCode = reader.ValueTextEquals("code"u8);
            var isMessage = reader.ValueTextEquals("message"u8);
            reader.Read();
            if (isCode && (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out code)))
            {
                return null;
            }

            if (isMessage)
            {
                if (reader.TokenType != JsonTokenType.String)
                {
                    return null;
                }

                message = reader.GetString() ?? "";
            }

            reader.Skip();
        }

        // Read on to the end, so that `{"code":5} and more` is not taken for a status.
        if (reader.TokenType != JsonTokenType.EndObject || reader.Read())
        {
            return null;
        }

        return code is > 0 and < StatusCodeNames.Count ? new CallStatus((StatusCode)code, message) { Origin = StatusOrigin.Backend } : null;
    }
}
