using System.Globalization;

namespace Transcoders.Http;

/// <summary>Weighs media types by an Accept header. Source: RFC 9110 §12.5.1.</summary>
public static class AcceptHeader
{
    /// <summary>Most ranges looked at; a longer header is hostile or useless.</summary>
    private const int MaxRanges = 32;

    /// <summary>
    /// The quality, in thousandths, that <paramref name="accept"/> gives a media type; the most specific range decides.
    /// −1 when no range names it. An absent or empty header accepts everything at 1000.
    /// </summary>
    public static int Quality(string? accept, ReadOnlySpan<char> mediaType)
    {
        if (string.IsNullOrWhiteSpace(accept))
        {
            return 1000;
        }

        var best = -1;
        var bestSpecificity = -1;
        var ranges = 0;
        foreach (var part in accept.AsSpan().Split(','))
        {
            if (++ranges > MaxRanges)
            {
                break;
            }

            var range = accept.AsSpan()[part].Trim();
            var semicolon = range.IndexOf(';');
            var type = (semicolon < 0 ? range : range[..semicolon]).TrimEnd();
            var specificity = Specificity(type, mediaType);
            if (specificity > bestSpecificity)
            {
                bestSpecificity = specificity;
                best = semicolon < 0 ? 1000 : Weight(range[(semicolon + 1)..]);
            }
        }

        return best;
    }

    /// <summary>True when the header names exactly this media type with a weight above zero: wildcards do not count.</summary>
    public static bool Names(string? accept, ReadOnlySpan<char> mediaType)
    {
        if (string.IsNullOrEmpty(accept) || accept.AsSpan().IndexOf(mediaType, StringComparison.OrdinalIgnoreCase) < 0)
        {
            return false;
        }

        var ranges = 0;
        foreach (var part in accept.AsSpan().Split(','))
        {
            if (++ranges > MaxRanges)
            {
                return false;
            }

            var range = accept.AsSpan()[part].Trim();
            var semicolon = range.IndexOf(';');
            var type = (semicolon < 0 ? range : range[..semicolon]).TrimEnd();
            if (type.Equals(mediaType, StringComparison.OrdinalIgnoreCase))
            {
                return semicolon < 0 || Weight(range[(semicolon + 1)..]) > 0;
            }
        }

        return false;
    }

    private static int Specificity(ReadOnlySpan<char> range, ReadOnlySpan<char> mediaType)
    {
        if (range.Equals(mediaType, StringComparison.OrdinalIgnoreCase))
        {
            return 2;
        }

        if (range is "*/*")
        {
            return 0;
        }

        return range.EndsWith("/*") && mediaType.StartsWith(range[..^1], StringComparison.OrdinalIgnoreCase) ? 1 : -1;
    }

    private static int Weight(ReadOnlySpan<char> parameters)
    {
        foreach (var part in parameters.Split(';'))
        {
            var parameter = parameters[part].Trim();
            if (parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase))
            {
                return decimal.TryParse(parameter[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var q) && q is >= 0 and <= 1
                    ? (int)(q * 1000)
                    : 0;
            }
        }

        return 1000;
    }
}
