using System.Text;
using System.Text.Json;

namespace Gateway.Configuration;

/// <summary>Writes a section of the file as the JSON that its own reader takes, whose names are in lower case.</summary>
internal static class RuleJson
{
    public static string Write(ConfigNode node)
    {
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text))
        {
            Write(writer, node);
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static void Write(Utf8JsonWriter writer, ConfigNode node)
    {
        switch (node.Kind)
        {
            case ConfigNodeKind.Object:
                writer.WriteStartObject();
                foreach (var child in node.Children)
                {
                    writer.WritePropertyName(child.Key.ToLowerInvariant());
                    Write(writer, child);
                }

                writer.WriteEndObject();
                break;
            case ConfigNodeKind.Array:
                writer.WriteStartArray();
                foreach (var child in node.Children)
                {
                    Write(writer, child);
                }

                writer.WriteEndArray();
                break;
            default:
                writer.WriteStringValue(node.Value ?? "");
                break;
        }
    }
}
