using System.Text.Json;

namespace Transcoders.WebSocket;

/// <summary>Looks one member of a JSON object up without building the object: what a socket's messages are told apart by.</summary>
public static class JsonMember
{
    private const int MaxDepth = 64;

    /// <summary>The member as text: `{"type":"tick"}` and `type` → `tick`; numbers and booleans as they are spelt. Null when it is not there, or is no plain value.</summary>
    /// <param name="json">A message; what is no JSON object has no members.</param>
    /// <param name="path">Names with dots between them, each going one object deeper: `data.kind`.</param>
    public static string? Find(ReadOnlySpan<byte> json, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
            return reader.Read() ? Find(ref reader, path) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or a text that is not Unicode: a message like any other, without members.
            return null;
        }
    }

    private static string? Find(ref Utf8JsonReader reader, ReadOnlySpan<char> path)
    {
        while (true)
        {
            var dot = path.IndexOf('.');
            if (!Enter(ref reader, dot < 0 ? path : path[..dot]))
            {
                return null;
            }

            if (dot < 0)
            {
                return Text(ref reader);
            }

            path = path[(dot + 1)..];
        }
    }

    /// <summary>Moves from the start of an object to the value of a member.</summary>
    private static bool Enter(ref Utf8JsonReader reader, ReadOnlySpan<char> name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(name);
            reader.Read();
            if (isIt)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }

    private static string? Text(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(reader.ValueSpan),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => null,
    };
}
