namespace Gateway.Configuration;

/// <summary>The keys of Kestrel, as its own loader and the listeners of the gateway read them.</summary>
internal static partial class ConfigGrammar
{
    private static ChoiceType HttpVersions => new("Http1", "Http2", "Http1AndHttp2", "Http3", "Http1AndHttp2AndHttp3", "None");

    private static ChoiceType ClientCertificates => new("NoCertificate", "AllowCertificate", "RequireCertificate", "DelayCertificate");

    private static ObjectType Certificate => new("a certificate",
        new("Path", AnyText, "File that holds it."),
        new("KeyPath", AnyText, "File that holds its key."),
        new("Password", AnyText, "Password of the file or key; better ${NAME} than plain text."),
        new("Subject", AnyText, "Subject, to load it from a store."),
        new("Store", AnyText, "Name of the store."),
        new("Location", new ChoiceType("CurrentUser", "LocalMachine"), "Location of the store."),
        new("AllowInvalid", Flag, "Take certificates that are not valid."));

    private static IReadOnlyList<ConfigKey> EndpointKeys =>
    [
        new("Protocols", HttpVersions, "HTTP versions served."),
        new("SslProtocols", new ListType(TlsVersion), "TLS versions."),
        new("ClientCertificateMode", ClientCertificates, "Whether clients show a certificate."),
    ];

    private static ObjectType Kestrel => new("Kestrel",
        new("Endpoints", new MapType(Endpoint, "an endpoint"), "Addresses to listen on, by name; they replace Urls."),
        new("EndpointDefaults", new ObjectType("the defaults of endpoints", EndpointKeys), "What holds for every endpoint."),
        new("Certificates", new MapType(Certificate, "a certificate"), "Certificates by name; `Default` is used where an endpoint has none."),
        new("AddServerHeader", Flag, "Send the Server header.") { Default = "false" },
        new("Limits", KestrelLimitKeys, "Bounds of the server."));

    private static ObjectType Endpoint => new("an endpoint",
    [
        new("Url", UrlList, "Its address.") { Required = true },
        .. EndpointKeys,
        new("Certificate", Certificate, "Its certificate."),
        new("Sni", new MapType(new ObjectType("a server name", [.. EndpointKeys, new("Certificate", Certificate, "Its certificate.")]), "a server name"), "Settings per server name."),
    ]);

    private static ObjectType KestrelLimitKeys => new("the limits of the server",
        new("MaxConcurrentConnections", new IntegerType(1, long.MaxValue), "Most connections at once."),
        new("MaxConcurrentUpgradedConnections", new IntegerType(0, long.MaxValue), "Most upgraded (WebSocket) connections at once."),
        new("MaxRequestBodySize", new SizeType(0, long.MaxValue), "Largest request body."),
        new("MaxRequestBufferSize", new SizeType(1, long.MaxValue), "Most bytes read ahead of a request."),
        new("MaxResponseBufferSize", new SizeType(0, long.MaxValue), "Most bytes of a response not yet sent."),
        new("MaxRequestLineSize", new SizeType(1, int.MaxValue), "Longest request line."),
        new("MaxRequestHeadersTotalSize", new SizeType(1, int.MaxValue), "Largest head of a request."),
        new("MaxRequestHeaderCount", new IntegerType(1, int.MaxValue), "Most headers of a request."),
        new("KeepAliveTimeout", DurationType.Positive, "Silence after which an idle connection is closed."),
        new("RequestHeadersTimeout", DurationType.Positive, "How long the head of a request may take."),
        new("Http2", new ObjectType("the limits of HTTP/2",
            new("MaxStreamsPerConnection", new IntegerType(1, int.MaxValue), "Most streams of one connection."),
            new("HeaderTableSize", new SizeType(0, int.MaxValue), "Size of the header table."),
            new("MaxFrameSize", new SizeType(16 * 1024, (16 * 1024 * 1024) - 1), "Largest frame."),
            new("MaxRequestHeaderFieldSize", new SizeType(1, int.MaxValue), "Largest header field."),
            new("InitialConnectionWindowSize", new SizeType(65535, int.MaxValue), "Window of a connection."),
            new("InitialStreamWindowSize", new SizeType(65535, int.MaxValue), "Window of a stream."),
            new("KeepAlivePingDelay", DurationType.Positive, "Silence after which a ping is sent."),
            new("KeepAlivePingTimeout", DurationType.Positive, "How long its answer may take.")), "Bounds of HTTP/2."));
}
