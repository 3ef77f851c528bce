using System.Text.Json;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.HttpRules;

/// <summary>Metadata under the names that clients of grpc-gateway use.</summary>
public sealed class GrpcMetadataTests(GrpcMetadataTests.Routes fixture) : GatewayTest<GrpcMetadataTests.Routes>(fixture), IClassFixture<GrpcMetadataTests.Routes>
{
    [Theory]
    [InlineData("prefixed", true)]
    [InlineData("shaped", true)]
    [InlineData("plain", false)]
    public async Task PrefixedHeaders_AreMetadata_AndMetadataHasBothNames(string route, bool isRead)
    {
        using var content = Answers.Json($$$"""{"text":"hello","key":"{{{Key}}}","replyHeaders":{"x-shelf":"seven"}}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/{route}/v1/behaviours:echo") { Content = content };
        request.Headers.Add("Grpc-Metadata-X-Team", "red");
        request.Headers.Add("Grpc-Metadata-X-Secret", "hush");
        request.Headers.Add("Grpc-Metadata-X-Forwarded-For", "1.2.3.4");
        request.Headers.Add("X-Own", "mine");

        using var answer = await Gateway.Http1.SendAsync(request, Wait.Token());

        var text = await answer.Content.ReadAsStringAsync(Wait.Token());
        Assert.True(answer.IsSuccessStatusCode, text);
        var arrived = JsonDocument.Parse(text).RootElement.GetProperty("metadata").EnumerateArray()
            .ToLookup(static m => m.GetProperty("key").GetString()!, static m => m.GetProperty("value").GetString());
        Assert.Equal(isRead ? ["red"] : [], arrived["x-team"]);
        Assert.Equal(["mine"], arrived["x-own"]);
        Assert.Empty(arrived["x-secret"]);
        Assert.DoesNotContain("1.2.3.4", arrived["x-forwarded-for"]);
        Assert.DoesNotContain(arrived, static m => m.Key.StartsWith("grpc-metadata-", StringComparison.Ordinal));
        Assert.Equal(["seven"], answer.Headers.GetValues("x-shelf"));
        Assert.Equal(isRead, answer.Headers.TryGetValues("Grpc-Metadata-X-Shelf", out var values) && values.Single() == "seven");
    }

    [Fact]
    public async Task EventStreamsHaveBothNamesToo()
    {
        using var content = Answers.Json($$$"""{"text":"hello","key":"{{{Key}}}","replyHeaders":{"x-shelf":"seven"}}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/prefixed/v1/behaviours:echo") { Content = content };
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var answer = await Gateway.Http1.SendAsync(request, Wait.Token());

        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Wait.Token()));
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(["seven"], answer.Headers.GetValues("x-shelf"));
        Assert.Equal(["seven"], answer.Headers.GetValues("Grpc-Metadata-X-Shelf"));
    }

    public sealed class Routes : GatewayFixture
    {
        protected override string Configuration() => $$"""
            { "ReverseProxy": {
              "Routes": {
                {{Route("prefixed", "true", "")}},
                {{Route("shaped", "true", ", { \"RequestHeader\": \"X-Set\", \"Set\": \"1\" }")}},
                {{Route("plain", "false", "")}}
              },
              "Clusters": { "library": {{LibraryCluster()}} }
            } }
            """;

        private static string Route(string name, string isRead, string transform) => $$$"""
            "{{{name}}}": { "ClusterId": "library", "Match": { "Path": "/{{{name}}}/{**path}" }, "Transforms": [ { "PathRemovePrefix": "/{{{name}}}" }{{{transform}}} ],
              "Options": { "Http": { "GrpcMetadata": {{{isRead}}}, "HeaderFlushDelay": "00:00:30" }, "Metadata": { "Deny": [ "x-secret" ] } } }
            """;
    }
}
