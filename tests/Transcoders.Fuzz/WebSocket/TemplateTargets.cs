using System.Text;
using System.Text.Json;
using Transcoders.Calls;
using Transcoders.WebSocket;
using static Transcoders.Fuzz.Pieces;

namespace Transcoders.Fuzz.WebSocket;

/// <summary>Templates of first messages, filled in from targets of a hostile client: `template|target`.</summary>
internal static class TemplateTargets
{
    public static void Message(ReadOnlySpan<byte> input)
    {
        var text = Encoding.UTF8.GetString(input);
        var bar = text.LastIndexOf('|');
        var (template, target) = bar < 0 ? (text, "/") : (text[..bar], text[(bar + 1)..]);
        var metadata = new CallMetadata();
        metadata.Add("x-key", "v\"},{");
        var message = MessageTemplate.Parse(template).Render(new CallHead { Method = "", Shape = CallShape.Duplex, Target = target, Metadata = metadata });

        // What is JSON with harmless values is JSON, of the same shape, with whatever values.
        if (Shape(Harmless(template)) is { } shape)
        {
            Require(Shape(message) == shape, "a value left its place");
        }
    }

    private static byte[] Harmless(string template)
    {
        var metadata = new CallMetadata();
        metadata.Add("x-key", "1");
        try
        {
            return MessageTemplate.Parse(template).Render(new CallHead { Method = "", Shape = CallShape.Duplex, Target = "/?ch=1&n=1", Metadata = metadata });
        }
        catch (CallException)
        {
            return [];
        }
    }

    /// <summary>How many values there are, and how deep; null for what is no JSON.</summary>
    private static (int Tokens, int Depth)? Shape(byte[] json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            var (tokens, depth) = (0, 0);
            while (reader.Read())
            {
                tokens++;
                depth = Math.Max(depth, reader.CurrentDepth);
            }

            return (tokens, depth);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
