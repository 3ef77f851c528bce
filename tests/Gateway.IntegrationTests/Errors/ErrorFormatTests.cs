using System.Net;
using System.Text.Json;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Errors;

/// <summary>The shape of failures on HTTP: the route's, and problem+json for who asks; the same for the backend's and the gateway's own.</summary>
public sealed class ErrorFormatTests(ErrorsFixture fixture) : GatewayTest<ErrorsFixture>(fixture)
{
    private const string Missing = "/v1/shelves/fiction/books/none";
    private const string Problem = "application/problem+json";

    [Fact]
    public async Task Google_IsTheDefault()
    {
        var status = (await Gateway.Http1.AskAsync(HttpMethod.Get, Missing)).AssertStatus(HttpStatusCode.NotFound, 5);
        Assert.Equal("type.googleapis.com/google.rpc.ResourceInfo", status.GetProperty("details")[0].GetProperty("@type").GetString());
    }

    [Fact]
    public async Task Aip193_IsTheRoutesChoice()
    {
        var (response, body) = await Gateway.Http1.AskAsync(HttpMethod.Get, "/aip" + Missing);

        Assert.Equal((HttpStatusCode.NotFound, "application/json"), (response.StatusCode, response.Content.Headers.ContentType?.ToString()));
        var error = JsonDocument.Parse(body).RootElement.GetProperty("error");
        Assert.Equal((404, "NOT_FOUND"), (error.GetProperty("code").GetInt32(), error.GetProperty("status").GetString()));
        Assert.Equal("There is no book shelves/fiction/books/none.", error.Message(), ignoreCase: true);
        Assert.Equal("type.googleapis.com/google.rpc.ResourceInfo", error.GetProperty("details")[0].GetProperty("@type").GetString());
    }

    [Theory]
    [InlineData("/problem" + Missing, "*/*")]
    [InlineData("/problem" + Missing, "application/json")]
    [InlineData(Missing, Problem)]
    [InlineData(Missing, "application/json, " + Problem)]
    [InlineData("/aip" + Missing, Problem + ";q=0.5, application/json")]
    public async Task Problem_IsTheRoutesOrTheClientsChoice(string path, string accept)
    {
        var problem = AssertProblem(await Gateway.Http1.AskAsync(HttpMethod.Get, path, null, ("Accept", accept)), HttpStatusCode.NotFound, "NOT_FOUND");

        Assert.Equal(("about:blank", "Not Found"), (problem.GetProperty("type").GetString(), problem.GetProperty("title").GetString()));
        Assert.Equal("type.googleapis.com/google.rpc.ResourceInfo", problem.GetProperty("details")[0].GetProperty("@type").GetString());
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("*/*")]
    [InlineData("application/*")]
    [InlineData(Problem + ";q=0, */*")]
    public async Task Problem_IsNotPutUponWhoDidNotAsk(string accept) =>
        (await Gateway.Http1.AskAsync(HttpMethod.Get, Missing, null, ("Accept", accept))).AssertStatus(HttpStatusCode.NotFound, 5);

    [Fact]
    public async Task SuccessIsNotRefused_ToWhoNamesProblemAlone()
    {
        var (response, _) = await Gateway.Http1.AskAsync(HttpMethod.Get, "/v1/books", null, ("Accept", Problem));
        Assert.Equal((HttpStatusCode.OK, "application/json"), (response.StatusCode, response.Content.Headers.ContentType?.ToString()));
    }

    [Theory]
    [InlineData("GET", "/no/route", 404, 5, "NOT_FOUND")]
    [InlineData("GET", "/v1/no/method", 404, 5, "NOT_FOUND")]
    [InlineData("GET", "/posted", 405, 12, "UNIMPLEMENTED")]
    [InlineData("DELETE", "/v1/books", 405, 12, "UNIMPLEMENTED")]
    [InlineData("POST", "/v1/behaviours:echo", 415, 3, "INVALID_ARGUMENT")]
    [InlineData("GET", "/private", 401, 16, "UNAUTHENTICATED")]
    [InlineData("GET", "/dead/v1/books", 502, 14, "UNAVAILABLE")]
    [InlineData("GET", "/plain/x", 502, 14, "UNAVAILABLE")]
    [InlineData("GET", "/v1/behaviours:hang", 504, 4, "DEADLINE_EXCEEDED")]
    public async Task GatewaysOwnFailures_AreTold_InEitherShape(string verb, string path, int http, int code, string name)
    {
        foreach (var client in (HttpClient[])[Gateway.Http1, Gateway.Http2])
        {
            var google = await AskAsync("*/*");
            google.AssertStatus((HttpStatusCode)http, code);
            AssertProblem(await AskAsync("*/*, " + Problem), (HttpStatusCode)http, name);
            Assert.Equal(http == 405, google.Response.Content.Headers.Allow.Count > 0);

            Task<(HttpResponseMessage Response, string Body)> AskAsync(string accept) => client.AskAsync(
                new HttpMethod(verb), path, http == 415 ? new StringContent("x") : null, ("Accept", accept), ("X-Server-Timeout", http == 504 ? "0.05" : "20"));
        }
    }

    [Fact]
    public async Task TooLarge_Is413InTheRoutesShape()
    {
        var answer = await Gateway.Http1.AskAsync(HttpMethod.Post, "/problem/v1/behaviours:echo", Answers.Json($$"""{"text":"{{new string('x', 2000)}}"}"""));
        Assert.Contains("1000", AssertProblem(answer, HttpStatusCode.RequestEntityTooLarge, "RESOURCE_EXHAUSTED").GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("/v1/books/none", 404)]
    [InlineData("/no/route", 404)]
    [InlineData("/dead/v1/books", 502)]
    public async Task Head_HasTheHeadOfTheFailure_AndNoBody(string path, int http)
    {
        foreach (var client in (HttpClient[])[Gateway.Http1, Gateway.Http2])
        {
            var (got, body) = await client.AskAsync(HttpMethod.Get, path);
            var (head, nothing) = await client.AskAsync(HttpMethod.Head, path);

            Assert.Equal(((HttpStatusCode)http, ""), (head.StatusCode, nothing));
            Assert.Equal("application/json", head.Content.Headers.ContentType?.ToString());
            Assert.Equal(((long?)body.Length, (long?)body.Length), (got.Content.Headers.ContentLength, head.Content.Headers.ContentLength));
        }
    }

    [Theory]
    [InlineData("""{"text":1}""", "text", "INVALID_VALUE")]
    [InlineData("""{"replyHeaders":{"a":[1]}}""", "replyHeaders.a", "INVALID_VALUE")]
    [InlineData("""{"nothing":1}""", "nothing", "UNKNOWN_FIELD")]
    [InlineData("{\n \"text\": }", "text", "MALFORMED_JSON")]
    public async Task BadJson_IsAViolationOfItsField(string json, string field, string reason)
    {
        var status = (await Gateway.Http1.AskAsync(HttpMethod.Post, "/v1/behaviours:echo", Answers.Json(json))).AssertStatus(HttpStatusCode.BadRequest, 3);
        AssertViolation(status, field, reason);
        if (reason == "MALFORMED_JSON")
        {
            Assert.Contains("line 2, byte 10 (offset 11)", status.GetProperty("details")[0].GetProperty("fieldViolations")[0].GetProperty("description").GetString());
        }
    }

    [Theory]
    [InlineData("/v1/books?nothing=1", "nothing", "UNKNOWN_FIELD")]
    [InlineData("/v1/books?page_size=x", "page_size", "INVALID_VALUE")]
    public async Task BadQuery_IsAViolationOfItsField(string path, string field, string reason)
    {
        AssertViolation((await Gateway.Http1.AskAsync(HttpMethod.Get, path)).AssertStatus(HttpStatusCode.BadRequest, 3), field, reason);
        AssertViolation(AssertProblem(await Gateway.Http1.AskAsync(HttpMethod.Get, path, null, ("Accept", Problem)), HttpStatusCode.BadRequest, "INVALID_ARGUMENT"), field, reason);
    }

    [Fact]
    public async Task BadLineOfAStream_IsAViolation()
    {
        var lines = new StringContent("{\"text\":\"a\"}\n{\"text\"}\n", System.Text.Encoding.UTF8, "application/x-ndjson");
        AssertViolation((await Gateway.Http1.AskAsync(HttpMethod.Post, "/v1/behaviours:collect", lines)).AssertStatus(HttpStatusCode.BadRequest, 3), "", "MALFORMED_JSON");
    }

    private static void AssertViolation(JsonElement status, string field, string reason)
    {
        var violation = status.GetProperty("details")[0].GetProperty("fieldViolations")[0];
        Assert.Equal((field, reason), (violation.TryGetProperty("field", out var named) ? named.GetString() : "", violation.GetProperty("reason").GetString()));
        Assert.NotEqual("", violation.GetProperty("description").GetString());
    }

    private static JsonElement AssertProblem((HttpResponseMessage Response, string Body) answer, HttpStatusCode expected, string name)
    {
        Assert.Equal((expected, Problem), (answer.Response.StatusCode, answer.Response.Content.Headers.ContentType?.ToString()));
        var problem = JsonDocument.Parse(answer.Body).RootElement;
        Assert.Equal(((int)expected, name), (problem.GetProperty("status").GetInt32(), problem.GetProperty("grpcStatus").GetString()));
        Assert.NotEqual("", problem.GetProperty("title").GetString());
        Assert.NotEqual("", problem.GetProperty("detail").GetString());
        return problem;
    }
}
