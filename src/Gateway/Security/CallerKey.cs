using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;

namespace Gateway.Security;

/// <summary>Tells callers apart: what belongs to one must not be handed to another who knows its name.</summary>
public static class CallerKey
{
    /// <summary>
    /// The authenticated identity; without one a digest of the Authorization header and of the cookie; `none` for a caller who shows nothing.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="cookie">Name of a cookie by which callers are told apart; null for none.</param>
    public static string Of(HttpContext context, string? cookie)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.User.Identity is { IsAuthenticated: true } identity)
        {
            var name = context.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? context.User.FindFirstValue("sub") ?? identity.Name;
            return name is null ? Digest("claims", string.Join('\n', context.User.Claims.Select(static c => $"{c.Type}={c.Value}"))) : Digest("user", $"{identity.AuthenticationType}\n{name}");
        }

        var header = context.Request.Headers.Authorization.ToString();
        var ticket = cookie is null ? null : context.Request.Cookies[cookie];
        return header.Length == 0 && string.IsNullOrEmpty(ticket) ? "none" : Digest("shown", $"{header}\n{ticket}");
    }

    // A digest, so that no secret is held longer than its request.
    private static string Digest(string kind, string text) => kind + ":" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
