using System.Buffers;
using Transcoders.Calls;

namespace Transcoders.HttpRules;

/// <summary>Writes text as part of a URL. Source: RFC 3986 §2.1, google/api/http.proto on path variables.</summary>
internal static class PercentEncoder
{
    private static readonly SearchValues<byte> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"u8);

    private static readonly SearchValues<byte> PlainAndSlash = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"u8);

    /// <summary>Appends the text, escaping all but unreserved characters, and `/` where it separates the segments of one variable.</summary>
    public static void Write(PayloadBuffer output, ReadOnlySpan<byte> utf8, bool keepSlash)
    {
        var plain = keepSlash ? PlainAndSlash : Plain;
        while (true)
        {
            var stop = utf8.IndexOfAnyExcept(plain);
            output.Write(stop < 0 ? utf8 : utf8[..stop]);
            if (stop < 0)
            {
                return;
            }

            var value = utf8[stop];
            output.Write([(byte)'%', Hex(value >> 4), Hex(value & 15)]);
            utf8 = utf8[(stop + 1)..];
        }
    }

    private static byte Hex(int digit) => (byte)(digit < 10 ? '0' + digit : 'A' + digit - 10);
}
