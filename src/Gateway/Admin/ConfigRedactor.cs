using System.Text.Json;
using Gateway.Configuration;

namespace Gateway.Admin;

/// <summary>Writes a configuration so that it may be shown.</summary>
/// <remarks>
/// What a variable brought is shown as its variable, never as its value: `${TOKEN}`. What is written out in the file is hidden where its
/// name speaks of a secret, where it is a child's environment or a header that is set, and where an argument or address carries one:
/// <code>
///   "Password": "hunter2"                   → "***"
///   "Arguments": [ "--token", "abc" ]       → [ "--token", "***" ]
///   "Address": "http://me:pw@10.0.0.7/"     → "http://***@10.0.0.7/"
/// </code>
/// </remarks>
internal static class ConfigRedactor
{
    private const string Hidden = "***";

    /// <summary>Parts of names that speak of secrets, compared without case, `-`, `_` and `.`.</summary>
    private static readonly string[] SecretWords =
        ["password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "privatekey", "credential", "connectionstring", "authorization", "signature"];

    /// <summary>Members of a YARP transform that hold the value it sets.</summary>
    private static readonly string[] TransformValues = ["Set", "Append"];

    public static void Write(Utf8JsonWriter json, GatewayConfig? config)
    {
        if (config?.Tree is TreeConfiguration { Node: { } root })
        {
            Write(json, root, isSecret: false);
            return;
        }

        json.WriteNullValue();
    }

    private static void Write(Utf8JsonWriter json, ConfigNode node, bool isSecret)
    {
        switch (node.Kind)
        {
            case ConfigNodeKind.Object:
                WriteObject(json, node, isSecret);
                break;
            case ConfigNodeKind.Array:
                WriteArray(json, node, isSecret);
                break;
            default:
                WriteValue(json, node, isSecret);
                break;
        }
    }

    private static void WriteObject(Utf8JsonWriter json, ConfigNode node, bool isSecret)
    {
        json.WriteStartObject();
        var isTransform = node.Parent?.Parent is { } list && list.Key.Equals("Transforms", StringComparison.OrdinalIgnoreCase)
            || node.Parent is { } parent && parent.Key.Equals("Transforms", StringComparison.OrdinalIgnoreCase);
        var isEnvironment = node.Key.Equals("Environment", StringComparison.OrdinalIgnoreCase);
        foreach (var child in node.Children)
        {
            json.WritePropertyName(child.Key);
            var hides = isSecret || isEnvironment || SpeaksOfSecrets(child.Key)
                || (isTransform && TransformValues.Contains(child.Key, StringComparer.OrdinalIgnoreCase));
            Write(json, child, hides);
        }

        json.WriteEndObject();
    }

    private static void WriteArray(Utf8JsonWriter json, ConfigNode node, bool isSecret)
    {
        json.WriteStartArray();
        var followsSecretFlag = false;
        foreach (var child in node.Children)
        {
            Write(json, child, isSecret || followsSecretFlag);

            // `--token abc`: the flag may be shown, what follows it may not.
            followsSecretFlag = child.Value is { } text && text.StartsWith('-') && !text.Contains('=') && SpeaksOfSecrets(text);
        }

        json.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter json, ConfigNode node, bool isSecret)
    {
        if (node.Kind == ConfigNodeKind.Null)
        {
            json.WriteNullValue();
        }
        else if (node.Variable is { } variable)
        {
            json.WriteStringValue($"${{{variable}}}");
        }
        else if (isSecret)
        {
            // `${TOKEN}` tells where the secret is, not what it is.
            json.WriteStringValue(IsReference(node.Written) ? node.Written : Hidden);
        }
        else if (node.Kind == ConfigNodeKind.Boolean)
        {
            json.WriteBooleanValue(bool.Parse(node.Value!));
        }
        else if (node.Kind == ConfigNodeKind.Number)
        {
            json.WriteRawValue(node.Value!);
        }
        else
        {
            json.WriteStringValue(Masked(node.Written ?? Hidden));
        }
    }

    /// <summary>Hides what a value itself says is secret: user information of an address, and `token=…`.</summary>
    private static string Masked(string text)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
        {
            var start = scheme + 3;
            var end = text.AsSpan(start).IndexOfAny('/', '?', '#');
            var at = (end < 0 ? text.AsSpan(start) : text.AsSpan(start, end)).LastIndexOf('@');
            if (at >= 0)
            {
                text = string.Concat(text.AsSpan(0, start), Hidden, text.AsSpan(start + at));
            }
        }

        return MaskAssignments(text);
    }

    /// <summary>`--token=abc`, `…?api_key=abc&amp;x=1`, `Password=abc;…` → the value hidden up to the next separator.</summary>
    private static string MaskAssignments(string text)
    {
        for (var from = 0; text.IndexOf('=', from) is var equals and >= 0; from = equals + 1)
        {
            var nameStart = text.AsSpan(0, equals).LastIndexOfAny("?&; ,") + 1;
            if (!SpeaksOfSecrets(text.AsSpan(nameStart, equals - nameStart)))
            {
                continue;
            }

            var length = text.AsSpan(equals + 1).IndexOfAny("&; ,");
            var end = length < 0 ? text.Length : equals + 1 + length;
            text = string.Concat(text.AsSpan(0, equals + 1), Hidden, text.AsSpan(end));
        }

        return text;
    }

    private static bool IsReference(string? written) =>
        written is not null && written.StartsWith("${", StringComparison.Ordinal) && written.IndexOf('}') == written.Length - 1;

    private static bool SpeaksOfSecrets(ReadOnlySpan<char> name)
    {
        Span<char> plain = stackalloc char[64];
        var length = 0;
        foreach (var c in name)
        {
            if (c is '-' or '_' or '.')
            {
                continue;
            }

            // A name longer than any word of ours and its neighbours: judge the part that fits.
            if (length == plain.Length)
            {
                break;
            }

            plain[length++] = char.ToLowerInvariant(c);
        }

        foreach (var word in SecretWords)
        {
            if (plain[..length].IndexOf(word, StringComparison.Ordinal) >= 0)
            {
                return true;
            }
        }

        return false;
    }
}
