using System.Text.Json;
using System.Text.Unicode;
using Transcoders.Calls;

namespace Transcoders.Payloads;

/// <summary>A line of text → JSON: as it is when it is one JSON value, else as a JSON string.</summary>
public sealed class TextToJsonPlan : PayloadPlan
{
    private const int MaxDepth = 1000;

    public override PayloadFormat From => PayloadFormat.Text;

    public override PayloadFormat To => PayloadFormat.Json;

    public override void Convert(ReadOnlySpan<byte> input, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (IsValue(input))
        {
            output.Write(input);
            return;
        }

        if (!Utf8.IsValid(input))
        {
            throw new CallException(new CallStatus(StatusCode.Internal, "A line of the backend is not UTF-8; Framing: raw carries bytes.") { Origin = StatusOrigin.Backend });
        }

        output.Write("\""u8);
        output.Write(JsonEncodedText.Encode(input, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        output.Write("\""u8);
    }

    private static bool IsValue(ReadOnlySpan<byte> text)
    {
        // Most lines of text give themselves away by their first letter, without the cost of an exception.
        var first = text.TrimStart(" \t"u8);
        if (first.IsEmpty || first.IndexOfAny("{[\"-0123456789tfn"u8) != 0)
        {
            return false;
        }

        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            while (reader.Read())
            {
            }

            return Utf8.IsValid(text);
        }
        catch (JsonException)
        {
            // Not JSON, which is no failure: it is text then.
            return false;
        }
    }
}
