namespace Gateway.Configuration;

/// <summary>The file, key by key: the one source of the checker, of `gateway.schema.json` and of what the environment may override.</summary>
internal static partial class ConfigGrammar
{
    private static readonly ConfigType Text = TextType.Strict;
    private static readonly ConfigType AnyText = TextType.Lenient;
    private static readonly ConfigType Flag = BooleanType.Instance;
    private static readonly ListType Texts = new(TextType.Strict);
    private static readonly ListType AnyTexts = new(TextType.Lenient);
    private static readonly MapType TextMap = new(TextType.Lenient, "a pair of texts");

    /// <summary>The whole file.</summary>
    public static ObjectType Root => Whole.File;

    private static ObjectType Build() => new("the file",
        new("$schema", Text, "The JSON Schema of this file, for completion in editors."),
        new("Urls", UrlList, "Addresses to listen on, separated by semicolons. A plaintext address serves HTTP/1.1, WebSocket and prior-knowledge HTTP/2 on one port.") { Default = "\"http://127.0.0.1:8080\"" },
        new("Admin", Admin, "The admin port: health, metrics, routes, calls in flight."),
        new("Grpc", OwnServices, "The gRPC services of the gateway itself: reflection and health."),
        new("Cors", Cors, "What pages of other origins may do, by name: a route's CorsPolicy."),
        new("ReverseProxy", ReverseProxy, "Routes and clusters: the schema of YARP, and the keys of the gateway."),
        new("Kestrel", Kestrel, "The web server: endpoints, certificates, limits."),
        new("AllowedHosts", AnyText, "Host names served, separated by semicolons; `*` is any.") { Default = "\"*\"" },
        new("Logging", OpenType.Instance, "Log levels, as ASP.NET reads them."),
        new("Serilog", OpenType.Instance, "The log: `MinimumLevel` (a level, or `Default` and `Override` by namespace) and `Format` (text or json)."));

    private static ObjectType Admin => new("the admin port",
        new ConfigKey("Urls", UrlList, "Addresses of the admin port, separated by semicolons. Loopback unless changed.") { Default = "\"http://127.0.0.1:8081\"" });

    private static TextType UrlList => new() { Check = ConfigAddresses.CheckUrls };

    private static ObjectType ReverseProxy => new("the proxy",
        new("Routes", new MapType(Route, "a route"), "Which requests go to which cluster, by name."),
        new("Clusters", new MapType(Cluster, "a cluster"), "Groups of servers that serve the same, by name."));

    // A class of its own: static fields of a partial class are set in no order one could read, and the file needs all of them.
    private static class Whole
    {
        public static readonly ObjectType File = Build();
    }
}
