using System.Text;
using System.Text.Json;

namespace Samples.LineTool;

/// <summary>One line of JSON that asks for answers. Keys it does not know are skipped.</summary>
internal readonly record struct LineRequest(string Text, int Ticks, int Pause, int? Exit)
{
    /// <exception cref="JsonException">The line is not one JSON object with members of the right type.</exception>
    public static LineRequest Parse(string line)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(line));
        var request = new LineRequest("", 1, LineAnswerer.DefaultPause, null);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "text":
                    request = request with { Text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException("text must be a string.") };
                    break;
                case "ticks":
                    request = request with { Ticks = Number(ref reader, name) };
                    break;
                case "intervalMs" or "interval_ms":
                    request = request with { Pause = Number(ref reader, name) };
                    break;
                case "exit":
                    request = request with { Exit = Number(ref reader, name) };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        // Reads past the closing brace: anything but the end of the line throws.
        reader.Read();
        return request;
    }

    private static int Number(ref Utf8JsonReader reader, string name) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var value) ? value : throw new JsonException($"{name} must be a whole number.");
}
