namespace Gateway.Configuration;

/// <summary>The keys by which web pages of other origins are served: CORS, and the modes of the gRPC edge that browsers speak.</summary>
internal static partial class ConfigGrammar
{
    private static ObjectType GrpcOptions => new("the options of the gRPC edge",
        new ConfigKey("Compression", new ChoiceType("mirror", "gzip", "none"), "Which answers are compressed: those of clients that compress, those of all that can read gzip, or none.") { Default = "\"mirror\"" });

    private static ObjectType Cors => new("the CORS policies",
        new ConfigKey("Policies", new MapType(CorsPolicy, "a CORS policy"), "Policies by name; `Default` is what CorsPolicy `Default` means."));

    private static ObjectType CorsPolicy => new("a CORS policy",
        new("AllowedOrigins", new ListType(new TextType { Check = CheckOrigin }) { NotEmpty = true }, "Origins whose pages may call: `https://app.example.com`, `https://*.example.com`, or `*` for any.") { Required = true },
        new("AllowedMethods", Texts, "Methods they may use. Absent: POST and GET, all that gRPC-Web and Connect need."),
        new("AllowedHeaders", Texts, "Headers they may send, besides those of gRPC-Web and Connect; `*` is any."),
        new("ExposedHeaders", Texts, "Headers they may read, besides those of gRPC-Web; `*` is any, without credentials. Trailers of Connect are `Trailer-NAME`."),
        new("AllowCredentials", Flag, "They may send cookies and certificates. Not with the origin `*`.") { Default = "false" },
        new("MaxAge", DurationType.NotNegative, "How long a browser remembers what it may do.") { Default = "\"02:00:00\"" });

    private static string? CheckOrigin(string origin)
    {
        const string Right = "one such as https://app.example.com would be right";
        if (origin == "*")
        {
            return null;
        }

        // A star stands for the first label of a host, and nowhere else.
        var plain = origin.Replace("://*.", "://", StringComparison.Ordinal);
        if (plain.Contains('*', StringComparison.Ordinal) || !Uri.TryCreate(plain, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            return "is no origin; " + Right;
        }

        return uri.AbsolutePath is not ("" or "/") || origin.EndsWith('/') || uri.Query.Length > 0 || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0
            ? "is more than an origin, which is scheme, host and port; " + Right
            : null;
    }
}
