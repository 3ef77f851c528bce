namespace Gateway.Configuration;

/// <summary>The keys of what a route says of itself.</summary>
internal static partial class ConfigGrammar
{
    private static ObjectType DescribeOptions => new("what a route says of itself",
        new("Serve", Flag, "Answer GET openapi.json and GET asyncapi.json under the route's path, where it has a schema.") { Default = "true" },
        new("Title", Text, "Title of the documents. Absent: the route's id."),
        new("Version", Text, "Version of the API. Absent: that of the package of the schema's first method, `v1`."));
}
