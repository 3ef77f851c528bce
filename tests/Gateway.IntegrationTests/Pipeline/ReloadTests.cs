using System.Net;
using Gateway.IntegrationTests.Hosting;
using Samples.Library;

namespace Gateway.IntegrationTests.Pipeline;

/// <summary>A changed file comes into force whole, and what runs goes on.</summary>
public sealed class ReloadTests
{
    [Fact]
    public async Task ChangedFile_ServesTheNewRoute_AndRunningStreamsGoOn()
    {
        const string Key = "reload";
        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var gateway = await RunningGateway.StartAsync(Configuration(library, "\"old\": { \"ClusterId\": \"library\", \"Match\": { \"Path\": \"/v1/{**path}\" } }"));

        // 1. A stream on a route that stays.
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/behaviours:chat") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var content = new Matrix.Edges.PushContent();
        content.Headers.TryAddWithoutValidation("Content-Type", "application/x-ndjson");
        request.Content = content;
        var sending = gateway.Http2.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Wait.Token());
        await SayAsync(content, Key, "before");
        using var response = await sending;
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Contains("before", await lines.ReadLineAsync(Wait.Token()));
        Assert.Equal(HttpStatusCode.NotFound, (await gateway.Http1.AskAsync(HttpMethod.Get, "/new/v1/books")).Response.StatusCode);

        // 2. Another route comes.
        const string Both = """
            "old": { "ClusterId": "library", "Match": { "Path": "/v1/{**path}" } },
            "new": { "ClusterId": "library", "Match": { "Path": "/new/{**path}" }, "Transforms": [ { "PathRemovePrefix": "/new" } ] }
            """;
        Assert.Empty(await gateway.ReloadAsync(Configuration(library, Both)));
        Assert.Equal(HttpStatusCode.OK, (await gateway.Http1.AskAsync(HttpMethod.Get, "/new/v1/books")).Response.StatusCode);
        await SayAsync(content, Key, "after");
        Assert.Contains("after", await lines.ReadLineAsync(Wait.Token()));

        // 3. A file that cannot be served changes nothing.
        gateway.Log.Expect("ConfigRejected");
        var broken = await gateway.ReloadAsync(Configuration(library, Both.Replace("\"ClusterId\": \"library\"", "\"ClusterId\": \"libary\"")));
        Assert.NotEmpty(broken);
        Assert.Contains(broken, static p => p.ToString()!.Contains("libary", StringComparison.Ordinal));
        Assert.NotEmpty(await gateway.ReloadAsync("{ this is no file"));
        Assert.Equal(HttpStatusCode.OK, (await gateway.Http1.AskAsync(HttpMethod.Get, "/new/v1/books")).Response.StatusCode);
        await SayAsync(content, Key, "still");
        Assert.Contains("still", await lines.ReadLineAsync(Wait.Token()));

        // 4. The route goes; the stream on the other one ends in its own time.
        Assert.Empty(await gateway.ReloadAsync(Configuration(library, "\"old\": { \"ClusterId\": \"library\", \"Match\": { \"Path\": \"/v1/{**path}\" } }")));
        Assert.Equal(HttpStatusCode.NotFound, (await gateway.Http1.AskAsync(HttpMethod.Get, "/new/v1/books")).Response.StatusCode);
        content.Close();
        Assert.Null(await lines.ReadLineAsync(Wait.Token()));
        await library.Ledger.WaitAsync(Key, static counters => counters is { Completed: 1, Active: 0 }, Wait.Token());
    }

    private static Task SayAsync(Matrix.Edges.PushContent content, string key, string text) =>
        content.WriteAsync(System.Text.Encoding.UTF8.GetBytes($"{{\"key\":\"{key}\",\"text\":\"{text}\"}}\n"), Wait.Token());

    private static string Configuration(LibraryServer library, string routes) => $$"""
        { "ReverseProxy": {
          "Routes": { {{routes}} },
          "Clusters": { "library": { "Protocol": "grpc", "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ] }, "Destinations": { "a": { "Address": "{{library.Address}}" } } } }
        } }
        """;
}
