using System.Globalization;
using System.Text;

namespace Transcoders.Payloads;

/// <summary>Small pieces of JSON text, for load time and error messages.</summary>
internal static class JsonText
{
    /// <summary>A JSON string with its quotes; control characters, quote and backslash are escaped.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"", text.Length + 2);
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                < ' ' => quoted.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }
}
