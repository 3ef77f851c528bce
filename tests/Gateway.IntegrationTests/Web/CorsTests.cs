using System.Net;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Web;

/// <summary>What a browser is told of a page's rights. Source: the Fetch standard, "CORS protocol"; PROTOCOLS §3.2.</summary>
[Collection(nameof(WebFixture))]
public sealed class CorsTests(WebFixture fixture) : IDisposable
{
    private const string Method = "/grpc.testing.TestService/EmptyCall";

    public void Dispose() => fixture.Gateway.AssertNoErrors();

    [Theory]
    [InlineData("")]
    [InlineData("/guarded")]
    public async Task Preflight_IsAnsweredBeforeAnybodyIsAsked(string route)
    {
        using var response = await PreflightAsync(route + Method, WebFixture.Origin, "POST", "content-type,connect-protocol-version,connect-timeout-ms,grpc-timeout,x-grpc-web,x-user-agent");
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(WebFixture.Origin, Header(response, "access-control-allow-origin"));
        Assert.Equal("POST,GET", Header(response, "access-control-allow-methods"));
        Assert.StartsWith("Content-Type,Grpc-Timeout,X-Grpc-Web,X-User-Agent,Connect-Protocol-Version,Connect-Timeout-Ms", Header(response, "access-control-allow-headers"), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("7200", Header(response, "access-control-max-age"));
        Assert.Contains("Origin", Header(response, "vary"), StringComparison.Ordinal);
        Assert.Null(Header(response, "access-control-allow-credentials"));
    }

    [Theory]
    [InlineData(Method, "https://evil.example.com")]
    [InlineData(Method, "null")]
    [InlineData("/own" + Method, WebFixture.Origin)]
    [InlineData("/friends" + Method, "https://example.com.evil.net")]
    public async Task Preflight_OfOthers_AllowsNothing(string path, string origin)
    {
        using var response = await PreflightAsync(path, origin, "POST", "content-type");
        Assert.Null(Header(response, "access-control-allow-origin"));
    }

    [Fact]
    public async Task Default_AndCredentials_AreAsTheirPoliciesSay()
    {
        using var any = await PreflightAsync("/default" + Method, "https://anybody.net", "PUT", "x-whatever");
        Assert.Equal(("*", "GET,PUT", "30"), (Header(any, "access-control-allow-origin"), Header(any, "access-control-allow-methods"), Header(any, "access-control-max-age")));
        Assert.Equal("x-whatever", Header(any, "access-control-allow-headers"));
        using var friend = await PreflightAsync("/friends" + Method, "https://a.example.com", "POST", "content-type");
        Assert.Equal(("https://a.example.com", "true"), (Header(friend, "access-control-allow-origin"), Header(friend, "access-control-allow-credentials")));
    }

    [Fact]
    public async Task Answer_TellsThePageWhatItMayRead_AlsoWhenItIsAFailure()
    {
        foreach (var (path, status) in ((string, HttpStatusCode)[])[(Method, HttpStatusCode.OK), ("/grpc.testing.TestService/UnimplementedCall", HttpStatusCode.OK), ("/guarded" + Method, HttpStatusCode.Unauthorized)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path)
            {
                Content = new ByteArrayContent(new byte[5]) { Headers = { ContentType = new("application/grpc-web+proto") } },
                Headers = { { "origin", WebFixture.Origin } },
            };
            using var response = await fixture.Gateway.Http1.SendAsync(request, Wait.Token());
            Assert.Equal((status, WebFixture.Origin), (response.StatusCode, Header(response, "access-control-allow-origin")));
            Assert.StartsWith("Grpc-Status,Grpc-Message,Grpc-Status-Details-Bin", Header(response, "access-control-expose-headers"), StringComparison.Ordinal);
            Assert.Contains("Origin", Header(response, "vary"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AnswerWithoutAnOrigin_VariesByItAllTheSame()
    {
        using var response = await fixture.Gateway.Http1.GetAsync("/nothing", Wait.Token());
        Assert.Contains("Origin", Header(response, "vary"), StringComparison.Ordinal);
        Assert.Null(Header(response, "access-control-allow-origin"));
    }

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    private async Task<HttpResponseMessage> PreflightAsync(string path, string origin, string method, string headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path)
        {
            Headers = { { "origin", origin }, { "access-control-request-method", method }, { "access-control-request-headers", headers } },
        };
        return await fixture.Gateway.Http1.SendAsync(request, Wait.Token());
    }
}
