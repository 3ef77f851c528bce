using System.Net;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Descriptions;

/// <summary>Where descriptions are served, to whom, and with what paths.</summary>
public sealed class DescriptionTests(DescriptionFixture fixture) : GatewayTest<DescriptionFixture>(fixture), IClassFixture<DescriptionFixture>
{
    [Theory]
    [InlineData("/v1/openapi.json", "openapi", "3.1.0")]
    [InlineData("/v1/asyncapi.json", "asyncapi", "3.0.0")]
    public async Task Document_IsServedUnderTheRoutesPrefix(string path, string member, string version)
    {
        using var answer = await Gateway.Http1.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.ToString());
        var document = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal(version, (string?)document[member]);
        Assert.Equal("library", (string?)document["info"]!["title"]);
        Assert.Equal("v1", (string?)document["info"]!["version"]);
    }

    [Fact]
    public async Task DocumentThatTheClientHas_IsNotSentAgain()
    {
        using var first = await Gateway.Http1.GetAsync("/v1/openapi.json");
        using var again = new HttpRequestMessage(HttpMethod.Get, "/v1/openapi.json") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
        using var second = await Gateway.Http1.SendAsync(again);
        using var other = new HttpRequestMessage(HttpMethod.Get, "/v1/openapi.json") { Headers = { { "If-None-Match", "\"other\"" } } };
        using var third = await Gateway.Http1.SendAsync(other);

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Equal(first.Headers.ETag, second.Headers.ETag);
        Assert.Empty(await second.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.OK, third.StatusCode);
    }

    [Fact]
    public async Task Head_HasTheLengthAndNoBody()
    {
        using var get = await Gateway.Http2.GetAsync("/v1/openapi.json");
        using var head = await Gateway.Http2.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/v1/openapi.json") { Version = HttpVersion.Version20 });

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal((await get.Content.ReadAsByteArrayAsync()).Length, head.Content.Headers.ContentLength);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("/dead/openapi.json", HttpStatusCode.OK)]
    [InlineData("/closed/openapi.json", HttpStatusCode.Unauthorized)]
    [InlineData("/off/openapi.json", HttpStatusCode.NotFound)]
    [InlineData("/off/asyncapi.json", HttpStatusCode.NotFound)]
    [InlineData("/library.v1.Library/openapi.json", HttpStatusCode.NotFound)]
    [InlineData("/dead/asyncapi.json", HttpStatusCode.NotFound)]
    [InlineData("/socket/asyncapi.json", HttpStatusCode.OK)]
    [InlineData("/v1/books/openapi.json", HttpStatusCode.NotFound)]
    public async Task Document_IsThereWhereTheRouteServesIt(string path, HttpStatusCode expected)
    {
        using var answer = await Gateway.Http1.GetAsync(path);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task OtherMethodsThanGet_AreTheSchemas()
    {
        using var answer = await Gateway.Http1.PostAsync("/v1/openapi.json", null);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Paths_AreThoseOfTheRoutesClients()
    {
        var prefixed = await DocumentAsync("/go/openapi.json");
        var unknown = await DocumentAsync("/set/openapi.json");

        Assert.NotEmpty(prefixed["paths"]!.AsObject());
        Assert.All(prefixed["paths"]!.AsObject(), static path => Assert.StartsWith("/go/", path.Key, StringComparison.Ordinal));
        Assert.NotNull(prefixed["paths"]!["/go/v1/shelves/{shelf}/books/{book}:borrow"]!["post"]);
        Assert.Empty(unknown["paths"]!.AsObject());
        Assert.Contains("PathSet", (string?)unknown["info"]!["description"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task TitleAndVersion_AreTheFiles()
    {
        var info = (await DocumentAsync("/net/openapi.json"))["info"]!;

        Assert.Equal("The library", (string?)info["title"]);
        Assert.Equal("7", (string?)info["version"]);
    }

    [Fact]
    public async Task AdminPort_HasTheDocumentsOfEveryRoute()
    {
        using var client = new HttpClient { BaseAddress = Gateway.AdminUrl };
        var own = await Gateway.Http1.GetStringAsync("/v1/openapi.json");

        Assert.Equal(own, await client.GetStringAsync("/routes/library/openapi.json"));
        Assert.Contains("\"asyncapi\": \"3.0.0\"", await client.GetStringAsync("/routes/off/asyncapi.json"), StringComparison.Ordinal);
        using var none = await client.GetAsync("/routes/nobody/openapi.json");
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    private async Task<JsonNode> DocumentAsync(string path) => JsonNode.Parse(await Gateway.Http1.GetStringAsync(path))!;
}
