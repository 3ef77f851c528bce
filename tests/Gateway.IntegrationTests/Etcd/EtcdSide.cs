using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Etcd;

/// <summary>What one side said.</summary>
internal sealed record EtcdAnswer(int Status, string? ContentType, string Body);

/// <summary>A server that answers the requests, and what is kept of its answers.</summary>
internal sealed class EtcdSide(Uri address) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ResponseDrainTimeout = TimeSpan.Zero }) { BaseAddress = address };
    private readonly Dictionary<string, string> _kept = new(StringComparer.Ordinal);

    /// <exception cref="InvalidOperationException">There was none; it names the request.</exception>
    public async Task<EtcdAnswer> AskAsync(EtcdCase request)
    {
        try
        {
            return await SendAsync(request);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            throw new InvalidOperationException($"{address} did not answer '{request.Name}'.", e);
        }
    }

    private async Task<EtcdAnswer> SendAsync(EtcdCase request)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), request.Url);
        if (request.Body is { } body)
        {
            message.Content = new StringContent(Fill(body), new MediaTypeHeaderValue("application/json"));
        }

        foreach (var (name, value) in request.Headers)
        {
            if (name == "Content-Type")
            {
                message.Content!.Headers.ContentType = new MediaTypeHeaderValue(value);
            }
            else
            {
                Assert.True(message.Headers.TryAddWithoutValidation(name, Fill(value)));
            }
        }

        using var answer = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, Wait.Token());
        var content = request.Lines is null ? await answer.Content.ReadAsStringAsync(Wait.Token()) : await ReadLinesAsync(answer, request);
        foreach (var key in answer.IsSuccessStatusCode ? request.Keep : [])
        {
            _kept[key] = JsonNode.Parse(content)![key]!.GetValue<string>();
        }

        return new EtcdAnswer((int)answer.StatusCode, answer.Content.Headers.ContentType?.ToString(), content);
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> ReadLinesAsync(HttpResponseMessage answer, EtcdCase request)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(Wait.Token());
        using var reader = new StreamReader(stream);
        var lines = new StringBuilder();
        for (var i = 0; i < request.Lines; i++)
        {
            lines.Append(await reader.ReadLineAsync(Wait.Token())).Append('\n');
            foreach (var then in i == 0 ? request.Then : [])
            {
                Assert.Equal(200, (await SendAsync(then)).Status);
            }
        }

        return lines.ToString();
    }

    private string Fill(string text) => _kept.Aggregate(text, static (filled, kept) => filled.Replace("{{" + kept.Key + "}}", kept.Value, StringComparison.Ordinal));
}
