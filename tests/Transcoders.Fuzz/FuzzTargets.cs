using Transcoders.Fuzz.HttpRules;
using Transcoders.Fuzz.Payloads;

namespace Transcoders.Fuzz;

/// <summary>Every target, in the order in which they run.</summary>
public static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("json-to-protobuf", "json-to-protobuf", PayloadTargets.JsonToProtobuf),
        new("protobuf-to-json", "protobuf-to-json", PayloadTargets.ProtobufToJson),
        new("http-template", "http-template", HttpRuleTargets.Template),
        new("http-path", "http-path", HttpRuleTargets.Path),
    ];
}
