using System.Text;
using System.Text.Json.Nodes;
using Transcoders.Descriptions;

namespace Transcoders.Tests.Descriptions;

/// <summary>Whole documents, as files: read them when they change. tests/js holds the same files against validators of other hands.</summary>
public sealed class DescriptionDocumentTests
{
    public static TheoryData<string> Names => [.. DescriptionFiles.Variants().Select(static variant => variant.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void OpenApi_IsAsCommitted(string name) => AssertFile($"{name}.openapi.json", OpenApiDocument.Write(Route(name)));

    [Theory]
    [MemberData(nameof(Names))]
    public void AsyncApi_IsAsCommitted(string name) => AssertFile($"{name}.asyncapi.json", AsyncApiDocument.Write(Route(name)));

    [Fact]
    public void MethodsAndPathsThatADocumentCannotHold_AreNamed()
    {
        var words = (string)JsonNode.Parse(OpenApiDocument.Write(DescriptionFiles.Route()))!["info"]!["description"]!;

        Assert.Contains("`PURGE /v1/caches/{key}`", words, StringComparison.Ordinal);
    }

    [Fact]
    public void TwoDocumentsOfOneRoute_AreTheSameBytes() =>
        Assert.Equal(OpenApiDocument.Write(DescriptionFiles.Route()), OpenApiDocument.Write(DescriptionFiles.Route()));

    [Fact]
    public void PathsThatClientsHaveNot_AreLeftOutWithTheirSchemas()
    {
        var document = JsonNode.Parse(OpenApiDocument.Write(DescriptionFiles.Route() with { PublicPath = static path => path.Contains("any", StringComparison.Ordinal) ? path : null }))!;

        Assert.Equal(["/v1/any/{any}/{key}"], document["paths"]!.AsObject().Select(static path => path.Key));
        Assert.Equal(["google.rpc.Status"], document["components"]!["schemas"]!.AsObject().Select(static schema => schema.Key));
    }

    [Fact]
    public void MethodsThatTheRouteDoesNotTake_AreLeftOut()
    {
        var document = JsonNode.Parse(OpenApiDocument.Write(DescriptionFiles.Route() with { Methods = ["get"] }))!;

        Assert.All(document["paths"]!.AsObject(), static path => Assert.Equal(["get"], path.Value!.AsObject().Select(static operation => operation.Key)));
    }

    private static DescribedRoute Route(string name) => DescriptionFiles.Variants().First(variant => variant.Name == name).Route;

    private static void AssertFile(string name, byte[] document)
    {
        if (Environment.GetEnvironmentVariable("RENEW_GOLDEN_FILES") == "1")
        {
            File.WriteAllBytes(DescriptionFiles.InRepository(name), [.. document, (byte)'\n']);
            return;
        }

        Assert.Equal(File.ReadAllText(DescriptionFiles.InOutput(name)).TrimEnd('\n'), Encoding.UTF8.GetString(document));
    }
}
