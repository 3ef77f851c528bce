namespace Gateway.Configuration;

/// <summary>The keys of `Options:Http` that say what URLs and JSON mean.</summary>
internal static partial class ConfigGrammar
{
    /// <summary>The `http` section of a service config, a google.api.Http.</summary>
    public static ObjectType ServiceConfigHttp => new("the http section",
        new("rules", HttpRules, "google.api.http rules, each in place of its method's annotation."),
        new("fully_decode_reserved_expansion", Flag, "Reserved characters are decoded in path variables of several segments, %2F excepted."));

    private static ListType HttpRules =>
        new(HttpRule(new ConfigKey("additional_bindings", new ListType(HttpRule()), "More ways to reach the method, one level deep.")));

    private static IReadOnlyList<ConfigKey> HttpRuleOptions =>
    [
        new("Compat", new ChoiceType("none", "grpc-gateway", "grpc-gateway-v1", "envoy", "aspnet"), "Whose defaults hold for the keys beside it that are absent: docs/http-rules.md lists them.") { Default = "\"none\"" },
        new("FieldConflicts", new ChoiceType("path-wins", "body-wins", "reject"), "Who wins when URL and body set one field; path-wins is path over query over body.") { Default = "\"path-wins\"" },
        new("UnexpectedBody", new ChoiceType("reject", "ignore"), "What a body does that the rule has no place for.") { Default = "\"reject\"" },
        new("SystemParameters", new ChoiceType("reject", "ignore"), "What the system parameters of Google APIs do, such as $alt=json and $fields.") { Default = "\"reject\"" },
        new("PlusAsSpace", Flag, "A + in a query is a space.") { Default = "true" },
        new("CaseInsensitiveEnums", Flag, "Names of enums are read in any case, in URLs and in JSON.") { Default = "false" },
        new("EmptyBoolAsTrue", Flag, "?flag and ?flag= are true; off: they are refused with 400.") { Default = "false" },
        new("MapQuery", Flag, "?labels[key]=value sets an entry of a map.") { Default = "false" },
        new("FullyDecodeReservedExpansion", Flag, "Reserved characters are decoded in path variables of several segments, %2F excepted; off: they stay encoded.") { Default = "true" },
        new("PatchMask", new ChoiceType("off", "body"), "Where the field mask of a PATCH comes from that the client left out: nowhere, or the members of the JSON body.") { Default = "\"off\"" },
        new("GrpcMetadata", Flag, "Headers grpc-metadata-NAME of requests are metadata NAME, and metadata of answers has both names, as with grpc-gateway.") { Default = "false" },
        new("Int64AsNumbers", Flag, "Print integers of 64 bits as JSON numbers.") { Default = "false" },
        new("EmitNulls", Flag, "With EmitDefaults, print messages that are not set as null.") { Default = "false" },
    ];
}
