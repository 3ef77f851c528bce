using System.Text;

namespace Transcoders.HttpRules;

/// <summary>A client's own text, made short enough to be repeated in a message.</summary>
internal static class ClientText
{
    /// <summary>Most characters repeated.</summary>
    private const int Shown = 64;

    public static string Show(ReadOnlySpan<char> text) => text.Length <= Shown ? text.ToString() : $"{text[..Shown]}…";

    /// <param name="utf8">Valid UTF-8.</param>
    public static string Show(ReadOnlySpan<byte> utf8) => Show(Encoding.UTF8.GetString(utf8.Length <= Shown * 4 ? utf8 : utf8[..(Shown * 4)]));
}
