using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Transcoders.Sse;

/// <summary>Ids that come back as Last-Event-ID: our own (`key.7`, `key.end`) and cursors of others, told from each other.</summary>
/// <remarks>
/// A cursor is written as it is where that is unambiguous and survives a header, else as `~` and base64url:
/// `42` → `42`, `a.end` → `~YS5lbmQ`.
/// </remarks>
public static class SseCursor
{
    /// <summary>How the id of a stream's last event ends: whoever comes back with it gets 204.</summary>
    public const string FinishedSuffix = ".end";

    /// <summary>Characters of a key.</summary>
    public const string KeyAlphabet = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>Length of a key that names a stream to its reader.</summary>
    public const int KeyLength = 8;

    /// <summary>Length of a key by which a held stream is asked for: 130 bits, not to be guessed.</summary>
    public const int SecretKeyLength = 26;

    private const char Marker = '~';

    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create(KeyAlphabet);

    /// <summary>The cursor as an id.</summary>
    public static string Encode(string cursor)
    {
        ArgumentNullException.ThrowIfNull(cursor);
        var isPlain = cursor.Length > 0 && cursor[0] != Marker && !cursor.AsSpan().ContainsAnyExceptInRange('!', '~')
            && !cursor.EndsWith(FinishedSuffix, StringComparison.Ordinal) && !TryParse(cursor, out _, out _);
        return isPlain ? cursor : Marker + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(cursor));
    }

    /// <summary>The cursor of an id that is none of our own; false when it cannot be one.</summary>
    public static bool TryDecode(string id, out string cursor)
    {
        ArgumentNullException.ThrowIfNull(id);
        cursor = id;
        if (id.Length == 0 || id[0] != Marker)
        {
            return true;
        }

        if (!Base64Url.IsValid(id.AsSpan(1)))
        {
            return false;
        }

        cursor = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(id.AsSpan(1)));
        return true;
    }

    /// <summary>True when the id ends a stream.</summary>
    public static bool IsFinished(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.EndsWith(FinishedSuffix, StringComparison.Ordinal);
    }

    /// <summary>Takes `key.7` apart; false for anything else.</summary>
    public static bool TryParse(string id, out string key, out long sequence)
    {
        ArgumentNullException.ThrowIfNull(id);
        var dot = id.IndexOf('.', StringComparison.Ordinal);
        key = "";
        sequence = 0;
        if (dot is not (KeyLength or SecretKeyLength) || id.AsSpan(0, dot).ContainsAnyExcept(KeyCharacters) || id.Length - dot is < 2 or > 19)
        {
            return false;
        }

        foreach (var digit in id.AsSpan(dot + 1))
        {
            if (!char.IsAsciiDigit(digit))
            {
                return false;
            }

            sequence = (sequence * 10) + digit - '0';
        }

        key = id[..dot];
        return true;
    }
}
