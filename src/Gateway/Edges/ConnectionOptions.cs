using Microsoft.Extensions.Primitives;

namespace Gateway.Edges;

/// <summary>The headers a client declares to be of this hop alone. Source: RFC 9110 §7.6.1.</summary>
internal static class ConnectionOptions
{
    /// <summary>True when the Connection header names the field.</summary>
    public static bool Nominate(StringValues connection, string name)
    {
        foreach (var line in connection)
        {
            foreach (var part in line.AsSpan().Split(','))
            {
                if (line.AsSpan()[part].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
