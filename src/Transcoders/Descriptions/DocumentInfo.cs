using System.Text;
using System.Text.Json;

namespace Transcoders.Descriptions;

/// <summary>Writes the Info Object, which OpenAPI and AsyncAPI have alike.</summary>
internal static class DocumentInfo
{
    public static void Write(Utf8JsonWriter json, DescribedRoute route, IReadOnlyList<string> notes)
    {
        json.WriteStartObject("info");
        json.WriteString("title", route.Title);
        json.WriteString("version", route.Version ?? VersionOf(route));
        var words = new StringBuilder(route.Note);
        foreach (var note in notes)
        {
            words.Append(words.Length == 0 ? "Not described:\n" : "\n").Append("- ").Append(note);
        }

        if (words.Length > 0)
        {
            json.WriteString("description", words.ToString());
        }

        json.WriteEndObject();
    }

    /// <summary>`library.v1.Library` → `v1`.</summary>
    private static string VersionOf(DescribedRoute route)
    {
        if (route.Catalog.Methods.Count > 0)
        {
            var names = route.Catalog.Methods[0].ServiceName.Split('.');
            for (var i = names.Length - 2; i >= 0; i--)
            {
                if (names[i].Length > 1 && names[i][0] == 'v' && char.IsAsciiDigit(names[i][1]))
                {
                    return names[i];
                }
            }
        }

        return "unversioned";
    }
}
