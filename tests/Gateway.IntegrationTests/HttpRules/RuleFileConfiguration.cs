using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Transcoders.Tests.HttpRules.Protos;

namespace Gateway.IntegrationTests.HttpRules;

/// <summary>
/// Makes a configuration of the files in TestData/http-rules: for each a route by its host name, with its options, to a process that
/// answers every request message with itself.
/// </summary>
internal static class RuleFileConfiguration
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The files that a configuration can say: not those about rules that are wrong, about bounds, or about messages that are no JSON.</summary>
    public static IReadOnlyDictionary<string, JsonObject> Files { get; } = Directory
        .GetFiles(Path.Combine(AppContext.BaseDirectory, "http-rules"), "*.json")
        .Order(StringComparer.Ordinal)
        .Select(static path => (Name: Path.GetFileNameWithoutExtension(path), Json: JsonNode.Parse(File.ReadAllText(path), documentOptions: Lenient)!.AsObject()))
        .Where(static file => file.Json["problems"] is null && file.Name is not ("query-limits" or "http-body") && !file.Name.StartsWith("print-", StringComparison.Ordinal) && file.Name != "reverse")
        .ToDictionary(static file => file.Name, static file => file.Json, StringComparer.Ordinal);

    /// <summary>The service of the rules, each method answering with its request's type.</summary>
    public static byte[] DescriptorSet()
    {
        var file = FileDescriptorProto.Parser.ParseFrom(HttpRulesReflection.Descriptor.SerializedData);
        foreach (var method in file.Service[0].Method)
        {
            method.OutputType = method.InputType;
        }

        return new FileDescriptorSet { File = { file } }.ToByteArray();
    }

    public static string Make(string descriptorSet)
    {
        var routes = new JsonObject();
        var clusters = new JsonObject();
        foreach (var (name, json) in Files)
        {
            routes[name] = new JsonObject
            {
                ["ClusterId"] = name,
                ["Match"] = new JsonObject { ["Hosts"] = new JsonArray(name + ".test"), ["Path"] = "/{**path}" },
                ["Edges"] = new JsonArray("http"),
                ["Options"] = new JsonObject { ["Http"] = Options(json["options"]?.AsObject() ?? []) },
            };
            clusters[name] = new JsonObject
            {
                ["Protocol"] = "stdio",
                ["Process"] = new JsonObject { ["Command"] = "cat", ["Stop"] = new JsonObject { ["Grace"] = "00:00:01" } },
                ["Schema"] = new JsonObject { ["DescriptorSets"] = new JsonArray(descriptorSet), ["HttpRules"] = Rules(json) },
            };
        }

        return new JsonObject { ["ReverseProxy"] = new JsonObject { ["Routes"] = routes, ["Clusters"] = clusters } }.ToJsonString();
    }

    /// <summary>The rules, but for what they say of answers, which here have another type.</summary>
    private static JsonArray Rules(JsonObject file)
    {
        var rules = file["rules"]!.DeepClone().AsArray();
        foreach (var rule in rules.Select(static rule => rule!.AsObject()))
        {
            rule.Remove("response_body");
            foreach (var additional in rule["additional_bindings"]?.AsArray() ?? [])
            {
                additional!.AsObject().Remove("response_body");
            }
        }

        return rules;
    }

    private static JsonObject Options(JsonObject given)
    {
        var http = new JsonObject { ["AutoMapping"] = given["autoMapping"]?.DeepClone() ?? false };
        foreach (var (key, value) in given.Concat(given["json"]?.AsObject() ?? []))
        {
            (string Key, JsonNode? Value) option = key switch
            {
                "json" or "autoMapping" => ("", null),
                "plusIsSpace" => ("PlusAsSpace", value),
                "emptyBoolIsTrue" => ("EmptyBoolAsTrue", value),
                "keepReservedEscapes" => ("FullyDecodeReservedExpansion", !value!.GetValue<bool>()),
                "maskFromBody" => ("PatchMask", value!.GetValue<bool>() ? "body" : "off"),
                "ignoreSystemParameters" => ("SystemParameters", value!.GetValue<bool>() ? "ignore" : "reject"),
                "conflict" => ("FieldConflicts", value!.GetValue<string>() switch { "bodyWins" => "body-wins", "urlWins" => "path-wins", var other => other }),
                _ => (char.ToUpperInvariant(key[0]) + key[1..], value),
            };
            if (option.Key.Length > 0)
            {
                http[option.Key] = option.Value?.DeepClone();
            }
        }

        return http;
    }
}
