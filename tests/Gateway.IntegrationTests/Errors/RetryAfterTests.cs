using System.Net;
using System.Text.Json;
using Gateway.IntegrationTests.Hosting;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Samples.Library.V1;

namespace Gateway.IntegrationTests.Errors;

/// <summary>When to come back, in the words of each protocol: `Retry-After`, google.rpc.RetryInfo, `grpc-retry-pushback-ms`.</summary>
public sealed class RetryAfterTests(ErrorsFixture fixture) : GatewayTest<ErrorsFixture>(fixture)
{
    [Fact]
    public async Task RetryInfoOfAGrpcServer_IsRetryAfter_RoundedUp_Once()
    {
        var answer = await Gateway.Http1.AskAsync(HttpMethod.Post, "/v1/behaviours:fail", Answers.Json("""{"failure":{"code":14,"message":"m","details":true}}"""));

        var status = answer.AssertStatus(HttpStatusCode.ServiceUnavailable, 14);
        Assert.Equal(["2"], answer.Response.Headers.GetValues("Retry-After"));
        Assert.Equal(["1.500s"], RetryDelays(status));
    }

    [Theory]
    [InlineData("seconds", 7, 7, "7000")]
    [InlineData("date", 3500, 3600, null)]
    [InlineData("detail", 2, 3, null)]
    public async Task RetryAfterOfAnHttpServer_IsRetryInfoAndPushback(string what, int least, int most, string? pushback)
    {
        using var channel = GrpcChannel.ForAddress(Gateway.Url);
        var client = new Samples.Library.V1.Library.LibraryClient(channel);
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
            await client.GetBookAsync(new GetBookRequest { Name = $"shelves/1/books/{what}" }, cancellationToken: Wait.Token()));

        Assert.Equal(Grpc.Core.StatusCode.Unavailable, failure.StatusCode);
        var details = Google.Rpc.Status.Parser.ParseFrom(failure.Trailers.GetValueBytes("grpc-status-details-bin"));
        var delay = Assert.Single(details.Details).Unpack<RetryInfo>().RetryDelay.ToTimeSpan();
        Assert.InRange(delay.TotalSeconds, least, most);
        if (pushback is not null)
        {
            Assert.Equal(pushback, failure.Trailers.GetValue("grpc-retry-pushback-ms"));
        }
    }

    [Theory]
    [InlineData("seconds", 7, 7)]
    [InlineData("date", 3500, 3600)]
    [InlineData("detail", 3, 3)]
    public async Task RetryAfterOfAnHttpServer_IsAnEventStreamsToo_Once(string what, int least, int most)
    {
        var answer = await Gateway.Http1.AskAsync(HttpMethod.Get, $"/rest/v1/shelves/1/books/{what}", null, ("Accept", "text/event-stream"));

        var status = answer.AssertStatus(HttpStatusCode.ServiceUnavailable, 14);
        var seconds = int.Parse(Assert.Single(answer.Response.Headers.GetValues("Retry-After")), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(seconds, least, most);
        Assert.Single(RetryDelays(status));
    }

    [Fact]
    public async Task Challenges_AreAllKept()
    {
        var answer = await Gateway.Http1.AskAsync(HttpMethod.Get, "/rest/v1/shelves/1/books/login", null, ("Accept", "text/event-stream"));

        answer.AssertStatus(HttpStatusCode.Unauthorized, 16);
        Assert.Equal(["Basic realm=\"a\"", "Bearer"], answer.Response.Headers.WwwAuthenticate.Select(static challenge => challenge.ToString()));
    }

    private static IEnumerable<string?> RetryDelays(JsonElement status) =>
        from detail in status.GetProperty("details").EnumerateArray()
        where detail.GetProperty("@type").GetString() == "type.googleapis.com/google.rpc.RetryInfo"
        select detail.GetProperty("retryDelay").GetString();
}
