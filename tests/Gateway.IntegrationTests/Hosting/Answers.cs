using System.Net;
using System.Text;
using System.Text.Json;

namespace Gateway.IntegrationTests.Hosting;

/// <summary>Short ways to ask and to look at the answer.</summary>
internal static class Answers
{
    public static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    public static async Task<(HttpResponseMessage Response, string Body)> AskAsync(
        this HttpClient client, HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path) { Content = content, Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var response = await client.SendAsync(request, Wait.Token());
        return (response, await response.Content.ReadAsStringAsync(Wait.Token()));
    }

    /// <summary>The answer must be this failure, as google.rpc.Status in JSON; returns it.</summary>
    public static JsonElement AssertStatus(this (HttpResponseMessage Response, string Body) answer, HttpStatusCode expected, int code)
    {
        Assert.True(answer.Response.StatusCode == expected, $"{(int)answer.Response.StatusCode} instead of {(int)expected}: {answer.Body}");
        Assert.Equal("application/json", answer.Response.Content.Headers.ContentType?.MediaType);
        var status = JsonDocument.Parse(answer.Body).RootElement;
        Assert.Equal(code, status.GetProperty("code").GetInt32());
        Assert.NotEqual("", status.GetProperty("message").GetString());
        return status;
    }

    /// <summary>The fields a BadRequest among the details names.</summary>
    public static IReadOnlyList<string> Violations(this JsonElement status) =>
        [.. status.GetProperty("details").EnumerateArray()
            .Where(static d => d.GetProperty("@type").GetString() == "type.googleapis.com/google.rpc.BadRequest")
            .SelectMany(static d => d.GetProperty("fieldViolations").EnumerateArray())
            .Select(static v => v.GetProperty("field").GetString()!)];

    public static string Message(this JsonElement status) => status.GetProperty("message").GetString()!;
}
