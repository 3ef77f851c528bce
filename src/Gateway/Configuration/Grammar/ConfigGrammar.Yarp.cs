namespace Gateway.Configuration;

/// <summary>The keys of YARP 2.3, as its binder reads them.</summary>
internal static partial class ConfigGrammar
{
    private static readonly IntegerType Int32 = new(int.MinValue, int.MaxValue);
    private static readonly ChoiceType TransformAction = new("Set", "Append", "Remove", "Off");
    private static readonly ChoiceType ResponseCondition = new("Success", "Always", "Failure");
    private static readonly ChoiceType NodeFormat = new(
        "Random", "RandomAndPort", "RandomAndRandomPort", "Unknown", "UnknownAndPort", "UnknownAndRandomPort", "Ip", "IpAndPort", "IpAndRandomPort");

    private static ObjectType Route => new("a route",
    [
        new("ClusterId", AnyText, "The cluster that answers.") { Required = true },
        new("Match", Match, "Which requests the route takes.") { Required = true },
        new("Order", Int32, "Routes with lower numbers are tried first."),
        .. RouteExtension,
        new("AuthorizationPolicy", AnyText, "Authorization policy; `Default` and `Anonymous` are built in."),
        new("RateLimiterPolicy", AnyText, "Rate limiter policy; `Default` and `Disable` are built in."),
        new("OutputCachePolicy", AnyText, "Output cache policy."),
        new("CorsPolicy", AnyText, "CORS policy; `Default` and `Disable` are built in."),
        new("Timeout", new DurationType(TimeSpan.FromTicks(1), TimeSpan.MaxValue), "The route's deadline. Not together with TimeoutPolicy."),
        new("TimeoutPolicy", AnyText, "Timeout policy; `Default` and `Disable` are built in. Not together with Timeout."),
        new("MaxRequestBodySize", new IntegerType(-1, long.MaxValue), "Largest request body in bytes; -1 lifts the limit."),
        new("Metadata", TextMap, "Pairs for extensions."),
        new("Transforms", new ListType(Transform), "Changes made to requests and responses, in this order."),
    ]);

    private static ObjectType Match => new("a match",
        new("Path", new TextType { AnyScalar = true, Check = ConfigAddresses.CheckPathPattern }, "Path pattern in the syntax of ASP.NET routes: `/v1/{**rest}`.") { Or = "Hosts" },
        new("Hosts", AnyTexts, "Host names, with `*.` for subdomains and an optional port.") { Or = "Path" },
        new("Methods", new ListType(new ChoiceType("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")), "HTTP methods."),
        new("Headers", new ListType(new ObjectType("a header match",
            new("Name", AnyText, "The header's name.") { Required = true },
            new("Values", AnyTexts, "Any of these matches."),
            new("Mode", new ChoiceType("ExactHeader", "HeaderPrefix", "Contains", "NotContains", "Exists", "NotExists"), "How values are compared.") { Default = "\"ExactHeader\"" },
            new("IsCaseSensitive", Flag, "Whether case counts.") { Default = "false" })), "Conditions on headers; all must hold."),
        new("QueryParameters", new ListType(new ObjectType("a query match",
            new("Name", AnyText, "The parameter's name.") { Required = true },
            new("Values", AnyTexts, "Any of these matches."),
            new("Mode", new ChoiceType("Exact", "Contains", "NotContains", "Prefix", "Exists"), "How values are compared.") { Default = "\"Exact\"" },
            new("IsCaseSensitive", Flag, "Whether case counts.") { Default = "false" })), "Conditions on the query; all must hold."));

    private static OneOfType Transform => new("a transform",
        new ObjectType("a transform", new ConfigKey("RequestHeadersCopy", Flag, "Whether request headers are copied to the outgoing request.") { Required = true }),
        new ObjectType("a transform", new ConfigKey("RequestHeaderOriginalHost", Flag, "Keep the client's Host header rather than the destination's.") { Required = true }),
        Named("RequestHeader", "Sets, appends to or removes a request header.",
            new("Set", AnyText, "The new value."), new("Append", AnyText, "The value added."), new("Remove", Flag, "Removes it.")),
        Named("PathRemovePrefix", "Prefix taken off the path."),
        Named("PathSet", "The whole new path."),
        Named("PathPrefix", "Prefix put before the path."),
        Named("PathPattern", "The new path with route values: `/my/{plugin}/{**rest}`."),
        Named("QueryRouteParameter", "Query parameter filled from a route value.",
            new("Set", AnyText, "Route value to set it to."), new("Append", AnyText, "Route value to append.")),
        Named("QueryValueParameter", "Query parameter filled with a value.",
            new("Set", AnyText, "The new value."), new("Append", AnyText, "The value added.")),
        Named("QueryRemoveParameter", "Query parameter to take off."),
        Named("HttpMethodChange", "The method to replace.", new ConfigKey("Set", AnyText, "The new method.") { Required = true }),
        Named("RequestHeaderRouteValue", "Request header filled from a route value.",
            new("Set", AnyText, "Route value to set it to."), new("Append", AnyText, "Route value to append.")),
        Named("RequestHeaderRemove", "Request header to take off."),
        Named("RequestHeadersAllowed", "Names of the only request headers copied, separated by semicolons."),
        new ObjectType("a transform",
            new("X-Forwarded", TransformAction, "What to do with the X-Forwarded headers.") { Required = true },
            new("For", TransformAction, "What to do with X-Forwarded-For."),
            new("Proto", TransformAction, "What to do with X-Forwarded-Proto."),
            new("Host", TransformAction, "What to do with X-Forwarded-Host."),
            new("Prefix", TransformAction, "What to do with X-Forwarded-Prefix."),
            new("HeaderPrefix", AnyText, "How the names begin.") { Default = "\"X-Forwarded-\"" }),
        Named("Forwarded", "Fields of the Forwarded header, separated by commas: for, by, proto, host.",
            new("ForFormat", NodeFormat, "How `for` is written."),
            new("ByFormat", NodeFormat, "How `by` is written."),
            new("Action", TransformAction, "What to do with the header.")),
        Named("ClientCert", "Header that carries the client's certificate."),
        new ObjectType("a transform", new ConfigKey("ResponseHeadersCopy", Flag, "Whether response headers are copied to the client.") { Required = true }),
        Named("ResponseHeader", "Sets or appends to a response header.",
            new("Set", AnyText, "The new value."), new("Append", AnyText, "The value added."), new("When", ResponseCondition, "For which responses.")),
        Named("ResponseHeaderRemove", "Response header to take off.", new ConfigKey("When", ResponseCondition, "For which responses.")),
        Named("ResponseHeadersAllowed", "Names of the only response headers copied, separated by semicolons."),
        new ObjectType("a transform", new ConfigKey("ResponseTrailersCopy", Flag, "Whether trailers are copied to the client.") { Required = true }),
        Named("ResponseTrailer", "Sets or appends to a trailer.",
            new("Set", AnyText, "The new value."), new("Append", AnyText, "The value added."), new("When", ResponseCondition, "For which responses.")),
        Named("ResponseTrailerRemove", "Trailer to take off.", new ConfigKey("When", ResponseCondition, "For which responses.")),
        Named("ResponseTrailersAllowed", "Names of the only trailers copied, separated by semicolons."));

    private static ObjectType Named(string name, string description, params IReadOnlyList<ConfigKey> others) =>
        new("a transform", [new ConfigKey(name, AnyText, description) { Required = true }, .. others]);

    private static ObjectType Cluster => new("a cluster",
    [
        .. ClusterExtension,
        new("LoadBalancingPolicy", new ChoiceType("PowerOfTwoChoices", "FirstAlphabetical", "Random", "RoundRobin", "LeastRequests"), "How a destination is chosen.") { Default = "\"PowerOfTwoChoices\"" },
        new("SessionAffinity", SessionAffinity, "Keeps one client's requests on one destination."),
        new("HealthCheck", HealthCheck, "Which destinations count as healthy."),
        new("HttpClient", HttpClient, "Connections to the destinations."),
        new("HttpRequest", HttpRequest, "Requests to the destinations."),
        new("Destinations", new MapType(Destination, "a destination"), "The servers, by name. None for stdio."),
        new("Metadata", TextMap, "Pairs for extensions."),
    ]);

    private static ObjectType Destination => new("a destination",
        new("Address", AnyText, "Its URL: http(s), or ws(s) for websocket clusters.") { Required = true },
        new("Health", AnyText, "Another URL for active health checks."),
        new("Host", AnyText, "Host header, unless a transform says otherwise."),
        new("Metadata", TextMap, "Pairs for extensions."));

    private static ObjectType SessionAffinity => new("session affinity",
        new("Enabled", Flag, "Whether it is on.") { Default = "false" },
        new("Policy", new ChoiceType("HashCookie", "ArrCookie", "Cookie", "CustomHeader"), "Where the key is kept.") { Default = "\"HashCookie\"" },
        new("FailurePolicy", new ChoiceType("Redistribute", "Return503Error"), "What happens when the destination is gone.") { Default = "\"Redistribute\"" },
        new("AffinityKeyName", AnyText, "Name of the cookie or header."),
        new("Cookie", new ObjectType("the affinity cookie",
            new("Domain", AnyText, "Its domain."),
            new("Path", AnyText, "Its path."),
            new("Expiration", DurationType.Any, "When it expires."),
            new("MaxAge", DurationType.Any, "Its maximum age."),
            new("SecurePolicy", new ChoiceType("SameAsRequest", "Always", "None"), "Its Secure attribute."),
            new("HttpOnly", Flag, "Its HttpOnly attribute."),
            new("SameSite", new ChoiceType("Unspecified", "None", "Lax", "Strict"), "Its SameSite attribute."),
            new("IsEssential", Flag, "Sent without consent.")), "Attributes of the cookie."));

    private static ObjectType HealthCheck => new("health checks",
        new("Active", new ObjectType("active health checks",
            new("Enabled", Flag, "Whether they are on.") { Default = "false" },
            new("Interval", DurationType.Any, "Time between probes.") { Default = "\"00:00:15\"" },
            new("Timeout", DurationType.Any, "How long a probe may take.") { Default = "\"00:00:10\"" },
            new("Policy", new ChoiceType("ConsecutiveFailures"), "How probes are judged.") { Default = "\"ConsecutiveFailures\"" },
            new("Path", AnyText, "Path of the probe."),
            new("Query", AnyText, "Query of the probe, with its `?`.")), "Probes sent to the destinations."),
        new("Passive", new ObjectType("passive health checks",
            new("Enabled", Flag, "Whether they are on.") { Default = "false" },
            new("Policy", new ChoiceType("TransportFailureRate"), "How responses are judged.") { Default = "\"TransportFailureRate\"" },
            new("ReactivationPeriod", DurationType.Any, "When an unhealthy destination is tried again.")), "Judges destinations by the requests they fail."),
        new("AvailableDestinationsPolicy", new ChoiceType("HealthyAndUnknown", "HealthyOrPanic"), "Which destinations may be chosen."));

    private static ObjectType HttpClient => new("the HTTP client",
        new("SslProtocols", new ListType(TlsVersion), "TLS versions."),
        new("DangerousAcceptAnyServerCertificate", Flag, "Do not check the server's certificate.") { Default = "false" },
        new("MaxConnectionsPerServer", new IntegerType(1, int.MaxValue), "Most connections to one destination."),
        new("EnableMultipleHttp2Connections", Flag, "Open more HTTP/2 connections when one has no streams left.") { Default = "true" },
        new("RequestHeaderEncoding", AnyText, "Encoding of request headers."),
        new("ResponseHeaderEncoding", AnyText, "Encoding of response headers."),
        new("WebProxy", new ObjectType("the outgoing proxy",
            new("Address", AnyText, "Its URL."),
            new("BypassOnLocal", Flag, "Not for local addresses.") { Default = "false" },
            new("UseDefaultCredentials", Flag, "Send the default credentials.") { Default = "false" }), "Proxy for outgoing requests."));

    private static ChoiceType TlsVersion => new("None", "Tls", "Tls11", "Tls12", "Tls13", "Ssl2", "Ssl3", "Default");

    private static ObjectType HttpRequest => new("the outgoing request",
        new("ActivityTimeout", DurationType.Any, "Silence after which the request is cancelled.") { Default = "\"00:01:40\"" },
        new("Version", new TextType { AnyScalar = true, Check = CheckVersion }, "HTTP version: 1.1, 2 or 3.") { Default = "\"2\"" },
        new("VersionPolicy", new ChoiceType("RequestVersionOrLower", "RequestVersionOrHigher", "RequestVersionExact"), "What other versions may be used.") { Default = "\"RequestVersionOrLower\"" },
        new("AllowResponseBuffering", Flag, "Let the server collect the response before sending it."));

    private static string? CheckVersion(string version) =>
        version is "1.0" or "1.1" or "1" or "2" or "2.0" or "3" or "3.0" ? null : "is no HTTP version; write 1.1, 2 or 3";
}
