using System.Text.Json.Nodes;
using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Transcoders.HttpRules;
using Transcoders.Payloads;
using Transcoders.Schema;
using Transcoders.Tests.HttpRules.Protos;

namespace Transcoders.Tests.HttpRules;

/// <summary>Builds tables over Protos/HttpRules/http_rules.proto.</summary>
internal static class RuleTables
{
    public static readonly SchemaCatalog Catalog = ReadCatalog();

    public static HttpRuleTable Build(JsonObject file, out IReadOnlyList<HttpRuleProblem> problems)
    {
        var rules = file["rules"]?.AsArray().Select(node => JsonParser.Default.Parse<HttpRule>(node!.ToJsonString())).ToList() ?? [];
        var options = file["options"]?.AsObject() ?? [];
        return HttpRuleTable.Build(
            Catalog.Methods, Options(options) with { Rules = rules }, new PayloadPlanCompiler(Catalog, PayloadOptions(options)), out problems);
    }

    /// <summary>How the server behind is called by the same rules.</summary>
    public static RestMethods BuildReverse(JsonObject file) =>
        RestMethods.Build(Catalog, file["rules"]?.AsArray().Select(node => JsonParser.Default.Parse<HttpRule>(node!.ToJsonString())).ToList() ?? []);

    public static HttpRuleTable Build(IReadOnlyList<HttpRule> rules, HttpRuleTableOptions options, out IReadOnlyList<HttpRuleProblem> problems) =>
        HttpRuleTable.Build(
            Catalog.Methods, options with { Rules = rules }, new PayloadPlanCompiler(Catalog, PayloadPlanOptions.Default), out problems);

    public static HttpRuleTableOptions Options(JsonObject json)
    {
        var weave = WeaveOptions.Default;
        var options = new HttpRuleTableOptions { AutoMapping = false };
        foreach (var (key, value) in json)
        {
            switch (key)
            {
                case "autoMapping":
                    options = options with { AutoMapping = value!.GetValue<bool>() };
                    break;
                case "ignoreTrailingSlash":
                    options = options with { IgnoreTrailingSlash = value!.GetValue<bool>() };
                    break;
                case "unknownQuery":
                    weave = weave with { UnknownQuery = Enum.Parse<UnknownQuery>(value!.GetValue<string>(), ignoreCase: true) };
                    break;
                case "ignoreQuery":
                    weave = weave with { IgnoreQuery = [.. value!.AsArray().Select(name => name!.GetValue<string>())] };
                    break;
                case "plusIsSpace":
                    weave = weave with { PlusIsSpace = value!.GetValue<bool>() };
                    break;
                case "caseInsensitiveEnums":
                    weave = weave with { CaseInsensitiveEnums = value!.GetValue<bool>() };
                    break;
                case "emptyBoolIsTrue":
                    weave = weave with { EmptyBoolIsTrue = value!.GetValue<bool>() };
                    break;
                case "keepReservedEscapes":
                    weave = weave with { KeepReservedEscapes = value!.GetValue<bool>() };
                    break;
                case "mapQuery":
                    weave = weave with { MapQuery = value!.GetValue<bool>() };
                    break;
                case "maskFromBody":
                    weave = weave with { MaskFromBody = value!.GetValue<bool>() };
                    break;
                case "ignoreSystemParameters":
                    weave = weave with { IgnoreSystemParameters = value!.GetValue<bool>() };
                    break;
                case "conflict":
                    weave = weave with { Conflict = Enum.Parse<FieldConflict>(value!.GetValue<string>(), ignoreCase: true) };
                    break;
                case "unexpectedBody":
                    weave = weave with { UnexpectedBody = Enum.Parse<UnexpectedBody>(value!.GetValue<string>(), ignoreCase: true) };
                    break;
                case "json":
                    break;
                case "maxParameters":
                    weave = weave with { MaxParameters = value!.GetValue<int>() };
                    break;
                case "maxParameterLength":
                    weave = weave with { MaxParameterLength = value!.GetValue<int>() };
                    break;
                default:
                    throw new InvalidDataException($"Option '{key}' is unknown to the tests.");
            }
        }

        return options with { Weave = weave };
    }

    /// <summary>`"options": { "json": { "emitDefaults": true, … } }`.</summary>
    private static PayloadPlanOptions PayloadOptions(JsonObject options)
    {
        var payloads = PayloadPlanOptions.Default;
        foreach (var (key, value) in options["json"]?.AsObject() ?? [])
        {
            payloads = key switch
            {
                "emitDefaults" => payloads with { EmitDefaults = value!.GetValue<bool>() },
                "emitNulls" => payloads with { EmitNulls = value!.GetValue<bool>() },
                "int64AsNumbers" => payloads with { Int64AsNumbers = value!.GetValue<bool>() },
                "protoNames" => payloads with { ProtoNames = value!.GetValue<bool>() },
                "enumsAsNumbers" => payloads with { EnumsAsNumbers = value!.GetValue<bool>() },
                "caseInsensitiveEnums" => payloads with { CaseInsensitiveEnums = value!.GetValue<bool>() },
                "unknownFields" => payloads with { UnknownFields = Enum.Parse<UnknownFieldHandling>(value!.GetValue<string>(), ignoreCase: true) },
                _ => throw new InvalidDataException($"Option 'json:{key}' is unknown to the tests."),
            };
        }

        return payloads;
    }

    /// <summary>The generated type of that name, whose parser knows nothing of ours.</summary>
    public static MessageDescriptor Generated(string fullName)
    {
        var file = HttpRulesReflection.Descriptor;
        foreach (var candidate in file.Dependencies.Prepend(file))
        {
            if (candidate.MessageTypes.FirstOrDefault(message => message.FullName == fullName) is { } found)
            {
                return found;
            }
        }

        throw new InvalidDataException($"No message '{fullName}'.");
    }

    private static SchemaCatalog ReadCatalog()
    {
        var set = new FileDescriptorSet { File = { FileDescriptorProto.Parser.ParseFrom(HttpRulesReflection.Descriptor.SerializedData) } };
        return SchemaCatalog.FromDescriptorSets([set.ToByteArray()]);
    }
}
