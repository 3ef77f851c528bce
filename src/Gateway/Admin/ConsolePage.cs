using System.Security.Cryptography;
using System.Text;

namespace Gateway.Admin;

/// <summary>The console: one page without a foreign byte, and the policy that lets its own script and style run and nothing else.</summary>
internal static class ConsolePage
{
    private const string Resource = "Gateway.Admin.console.html";

    /// <summary>The page, UTF-8.</summary>
    public static ReadOnlyMemory<byte> Html { get; } = Load();

    /// <summary>Its Content-Security-Policy.</summary>
    public static string Policy { get; } =
        $"default-src 'none'; connect-src 'self'; script-src '{Hash("script")}'; style-src '{Hash("style")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static byte[] Load()
    {
        using var stream = typeof(ConsolePage).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is missing from the build.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>What the browser compares: the hash of the text between the element's tags.</summary>
    private static string Hash(string element)
    {
        var html = Encoding.UTF8.GetString(Html.Span);
        var start = html.IndexOf($"<{element}>", StringComparison.Ordinal) + element.Length + 2;
        var end = html.IndexOf($"</{element}>", start, StringComparison.Ordinal);
        return $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(html[start..end])))}";
    }
}
