using System.Text.Json;
using System.Text.RegularExpressions;

namespace Gateway.Configuration;

/// <summary>Prints a configuration without its secrets, for `/config` and the log.</summary>
/// <remarks>
/// Variables stand by their name, `${NAME}`, never by their value. Hidden besides: values of keys that sound secret,
/// the environment of children, headers that carry credentials, passwords in URLs, and secrets among arguments and queries.
/// </remarks>
public static partial class ConfigRedactor
{
    private const string Hidden = "***";

    /// <summary>Writes the merged tree of <paramref name="config"/> as one JSON object.</summary>
    public static void Write(GatewayConfig config, Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(json);
        var root = (config.Tree as TreeConfiguration)?.Node ?? throw new ArgumentException("Not a tree of the reader.", nameof(config));
        WriteNode(root, json, hide: false);
    }

    private static void WriteNode(ConfigNode node, Utf8JsonWriter json, bool hide)
    {
        switch (node.Kind)
        {
            case ConfigNodeKind.Object:
                json.WriteStartObject();
                foreach (var child in node.Children)
                {
                    json.WritePropertyName(child.Key);
                    WriteNode(child, json, hide || IsSecret(child));
                }

                json.WriteEndObject();
                break;
            case ConfigNodeKind.Array:
                WriteArray(node, json, hide);
                break;
            case ConfigNodeKind.Null:
                json.WriteNullValue();
                break;
            default:
                WriteValue(node, json, hide);
                break;
        }
    }

    /// <summary>`[ "--token", "abc" ]`: the flag may be shown, what follows it may not.</summary>
    private static void WriteArray(ConfigNode node, Utf8JsonWriter json, bool hide)
    {
        json.WriteStartArray();
        var follows = false;
        foreach (var child in node.Children)
        {
            WriteNode(child, json, hide || follows);
            follows = child.Written is { } flag && flag.StartsWith('-') && !flag.Contains('=') && SecretName().IsMatch(flag);
        }

        json.WriteEndArray();
    }

    private static void WriteValue(ConfigNode node, Utf8JsonWriter json, bool hide)
    {
        if (node.Variable is { } variable)
        {
            json.WriteStringValue($"${{{variable}}}");
        }
        else if (hide)
        {
            // A variable's name tells nothing, and where the secret comes from is what one looks for.
            json.WriteStringValue(WholeVariable().IsMatch(node.Written!) ? node.Written : Hidden);
        }
        else if (node.Kind == ConfigNodeKind.Text)
        {
            var text = UrlPassword().Replace(node.Written!, $"$1{Hidden}@");
            json.WriteStringValue(SecretAssignment().Replace(text, $"$1{Hidden}"));
        }
        else
        {
            json.WriteRawValue(node.Written!);
        }
    }

    private static bool IsSecret(ConfigNode node)
    {
        if (SecretName().IsMatch(node.Key) && !node.Key.EndsWith("Path", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        // "Process": { "Environment": { … } }
        if (node.Key.Equals("Environment", StringComparison.OrdinalIgnoreCase) && node.Kind == ConfigNodeKind.Object)
        {
            return true;
        }

        // { "RequestHeader": "Authorization", "Set": "Bearer …" }
        return node.Key.Equals("Set", StringComparison.OrdinalIgnoreCase) || node.Key.Equals("Append", StringComparison.OrdinalIgnoreCase)
            ? node.Parent?.Children.Any(c => !ReferenceEquals(c, node) && c.Written is { } header && CredentialHeader().IsMatch(header)) ?? false
            : false;
    }

    [GeneratedRegex("password|passwd|secret|token|api[_-]?key|credential|connectionstring|authorization", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretName();

    [GeneratedRegex("authorization|cookie|token|secret|key|credential|password", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex CredentialHeader();

    [GeneratedRegex(@"^\$\{[A-Za-z_][A-Za-z0-9_]*\}$", RegexOptions.CultureInvariant)]
    private static partial Regex WholeVariable();

    // `--password=abc`, `?api_key=abc&x=1`; a variable that follows is no secret.
    [GeneratedRegex(@"((?:password|passwd|secret|token|api[_-]?key|credential)[A-Za-z0-9_-]*=)(?!\$\{)[^&;,\s]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretAssignment();

    [GeneratedRegex(@"(://)[^/@\s]+@", RegexOptions.CultureInvariant)]
    private static partial Regex UrlPassword();
}
