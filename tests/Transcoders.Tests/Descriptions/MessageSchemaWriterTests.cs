using System.Text.Json.Nodes;
using Transcoders.Descriptions;
using Transcoders.Payloads;

namespace Transcoders.Tests.Descriptions;

public sealed class MessageSchemaWriterTests
{
    [Fact]
    public void SchemaOfARequest_RequiresWhatItsAuthorCallsRequired()
    {
        var schema = Write("BatchRequest", MessageDirection.Request);

        Assert.Equal("""["things"]""", schema["required"]!.ToJsonString());
        Assert.Equal("""["title"]""", schema["$defs"]!["described.v1.Thing"]!["required"]!.ToJsonString());
        Assert.Equal("object", (string?)schema["type"]);
    }

    [Fact]
    public void SchemaOfAnAnswer_RequiresNothingThatADefaultWouldLeaveOut()
    {
        var schema = Write("BatchReply", MessageDirection.Response);

        Assert.Null(schema["$defs"]!["described.v1.Thing"]!["required"]);
    }

    [Fact]
    public void MessageThatHoldsItself_IsDefinedOnce()
    {
        var schema = Write("Tree", MessageDirection.Request);

        Assert.Equal("#/$defs/described.v1.Tree", (string?)schema["properties"]!["left"]!["$ref"]);
        Assert.Equal("#/$defs/described.v1.Tree", (string?)schema["$defs"]!["described.v1.Tree"]!["properties"]!["left"]!["$ref"]);
        Assert.Single(schema["$defs"]!.AsObject());
    }

    [Theory]
    [InlineData("id", """{"type":"string","format":"uint64","pattern":"^[0-9]+$","readOnly":true}""")]
    [InlineData("secret", """{"type":"string","writeOnly":true}""")]
    [InlineData("kind", """{"$ref":"#/$defs/described.v1.Kind"}""")]
    [InlineData("kindsByYear", """{"type":"object","additionalProperties":{"$ref":"#/$defs/described.v1.Kind"}}""")]
    [InlineData("nowhere", """{"type":"null","description":"At most one of these is set: `shelf`, `box`, `nowhere`."}""")]
    [InlineData("value", "{}")]
    [InlineData("list", """{"type":"array","items":{}}""")]
    [InlineData("notes", """{"type":"object","additionalProperties":true}""")]
    [InlineData("empty", """{"type":"object"}""")]
    [InlineData("limit", """{"type":"string","format":"int64","pattern":"^-?[0-9]+$"}""")]
    [InlineData("seal", """{"type":"string","contentEncoding":"base64"}""")]
    [InlineData("@id", """{"type":"string"}""")]
    [InlineData("offset", """{"type":"integer","format":"int32"}""")]
    public void Field_HasTheSchemaOfItsJson(string name, string expected) =>
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), Write("Thing", MessageDirection.Response)["properties"]![name]!.ToJsonString());

    [Fact]
    public void Options_ChangeNamesNumbersAndEnums()
    {
        var schema = Write("Thing", MessageDirection.Response, PayloadPlanOptions.Default with { ProtoNames = true, Int64AsNumbers = true, EnumsAsNumbers = true });

        Assert.Equal("""{"type":"integer","format":"uint64","minimum":0,"readOnly":true}""", schema["properties"]!["id"]!.ToJsonString());
        Assert.NotNull(schema["properties"]!["kinds_by_year"]);
        Assert.Equal("[0,1,2]", schema["$defs"]!["described.v1.Kind"]!["enum"]!.ToJsonString());
    }

    [Fact]
    public void Nulls_AreAllowedWhereTheyArePrinted()
    {
        var properties = Write("Thing", MessageDirection.Response, PayloadPlanOptions.Default with { EmitDefaults = true, EmitNulls = true })["properties"]!;

        Assert.Equal("""[{"$ref":"#/$defs/described.v1.Tree"},{"type":"null"}]""", properties["tree"]!["anyOf"]!.ToJsonString());
        Assert.Null(properties["box"]!["anyOf"]);
        Assert.Null(properties["title"]!["anyOf"]);
    }

    private static JsonNode Write(string message, MessageDirection direction, PayloadPlanOptions? options = null) =>
        JsonNode.Parse(MessageSchemaWriter.WriteAlone(DescriptionFiles.Catalog, options ?? PayloadPlanOptions.Default, DescriptionFiles.Message(message), direction))!;
}
