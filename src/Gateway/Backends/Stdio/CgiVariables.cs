using System.Globalization;
using Transcoders.Calls;
using Transcoders.Stdio;

namespace Gateway.Backends.Stdio;

/// <summary>The variables by which a CGI program is told of its request. Source: RFC 3875 §4.1.</summary>
internal static class CgiVariables
{
    /// <summary>Adds them to what every child gets.</summary>
    /// <param name="variables">Gets them.</param>
    /// <param name="head">The call.</param>
    /// <param name="scriptName">What of the path is the program's own name.</param>
    /// <param name="contentLength">Bytes of the body; zero for none.</param>
    /// <exception cref="CallException">INVALID_ARGUMENT for a path that must not be handed to a program.</exception>
    public static void Add(List<KeyValuePair<string, string>> variables, CallHead head, string scriptName, int contentLength)
    {
        var path = UrlText.DecodePath(head.Target);
        var isUnder = scriptName.Length != 0 && path.StartsWith(scriptName, StringComparison.Ordinal) && (path.Length == scriptName.Length || path[scriptName.Length] == '/');
        var (host, port) = SplitAuthority(head);
        Set("GATEWAY_INTERFACE", "CGI/1.1");
        Set("SERVER_PROTOCOL", "HTTP/1.1");
        Set("SERVER_SOFTWARE", "gateway");
        Set("SERVER_NAME", host);
        Set("SERVER_PORT", port);
        Set("REQUEST_METHOD", head.Verb);
        Set("REQUEST_URI", head.Target);
        Set("SCRIPT_NAME", isUnder ? scriptName : "");
        Set("PATH_INFO", isUnder ? path[scriptName.Length..] : path);
        Set("QUERY_STRING", UrlText.SplitQuery(head.Target).ToString());
        Set("REMOTE_ADDR", head.Peer ?? "");
        ChildEnvironment.Add(variables, "REMOTE_PORT", head.PeerPort == 0 ? null : head.PeerPort.ToString(CultureInfo.InvariantCulture));
        ChildEnvironment.Add(variables, "HTTPS", head.Scheme == "https" ? "on" : null);
        if (contentLength != 0)
        {
            ChildEnvironment.Add(variables, "CONTENT_LENGTH", contentLength.ToString(CultureInfo.InvariantCulture));
            ChildEnvironment.Add(variables, "CONTENT_TYPE", head.ContentType);
        }

        ChildEnvironment.Add(variables, "HTTP_HOST", head.Authority);
        foreach (ref readonly var entry in head.Metadata.AsSpan())
        {
            if (MetadataNames.IsPlain(entry.Key) && !MetadataNames.IsSecret(entry.Key) && !IsTraceContext(entry.Key))
            {
                ChildEnvironment.AddJoined(variables, ChildEnvironment.NameOf("HTTP_", entry.Key), entry.Value);
            }
        }

        // These are set also when they are empty: a program may rely on it.
        void Set(string name, string value) => variables.Add(new(name, value.Replace("\0", "", StringComparison.Ordinal)));
    }

    private static (string Host, string Port) SplitAuthority(CallHead head)
    {
        var authority = head.Authority;
        var colon = authority.LastIndexOf(':');
        return colon >= 0 && colon > authority.LastIndexOf(']')
            ? (authority[..colon], authority[(colon + 1)..])
            : (authority, head.Scheme == "https" ? "443" : "80");
    }

    /// <summary>The trace has variables of its own, TRACEPARENT and TRACESTATE.</summary>
    private static bool IsTraceContext(string name) => name is "traceparent" or "tracestate" or "baggage";
}
