using System.Net;
using Gateway.IntegrationTests.Hosting;
using Microsoft.Extensions.Time.Testing;
using Samples.Library;

namespace Gateway.IntegrationTests.Schema;

/// <summary>Backends asked again for their schema while the gateway runs: by `Refresh`, and while a pin stands in.</summary>
public sealed class SchemaRefreshTests : IDisposable
{
    private readonly string _state = Directory.CreateTempSubdirectory("state-").FullName;
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);

    public void Dispose() => Directory.Delete(_state, recursive: true);

    [Fact]
    public async Task Refresh_TakesWhatTheBackendHasLearnt()
    {
        var before = await ReflectingServer.OnlyV1Async();
        var address = new Uri(before.Address);
        await using var gateway = await StartAsync(address, """, "Refresh": "00:05:00" """);
        Assert.Equal(HttpStatusCode.NotFound, await BooksAsync(gateway));
        await before.DisposeAsync();
        await using var after = await LibraryServer.StartAsync(address.Port, Wait.Token());

        // Before its time nobody is asked: nothing of the new one is known.
        _clock.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(HttpStatusCode.NotFound, await BooksAsync(gateway));

        _clock.Advance(TimeSpan.FromMinutes(1));
        await UntilServedAsync(gateway);
    }

    [Fact]
    public async Task PinThatStandsIn_IsReplacedByTheBackendsOwn()
    {
        var before = await ReflectingServer.OnlyV1Async();
        var address = new Uri(before.Address);
        await using (await StartAsync(address))
        {
            await before.DisposeAsync();
        }

        await using var gateway = await StartAsync(address);
        Assert.Contains(gateway.Log.Entries, static entry => entry.Text.Contains("SchemaPinned: cluster library", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.NotFound, await BooksAsync(gateway));
        await using var after = await LibraryServer.StartAsync(address.Port, Wait.Token());

        _clock.Advance(TimeSpan.FromSeconds(30));
        await UntilServedAsync(gateway);
    }

    /// <summary>Nothing tells of a schema that only grew but what is served.</summary>
    private static async Task UntilServedAsync(RunningGateway gateway)
    {
        using var patience = new CancellationTokenSource(Wait.Long);
        while (await BooksAsync(gateway) != HttpStatusCode.OK)
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    private static async Task<HttpStatusCode> BooksAsync(RunningGateway gateway)
    {
        var (response, _) = await gateway.Http1.AskAsync(HttpMethod.Get, "/v1/books");
        return response.StatusCode;
    }

    private Task<RunningGateway> StartAsync(Uri address, string more = "") => RunningGateway.StartAsync(
        $$"""
        { "ReverseProxy": {
          "Routes": { "all": { "ClusterId": "library", "Match": { "Path": "/v1/{**path}" } } },
          "Clusters": { "library": { "Protocol": "grpc", "Schema": { "Reflection": true{{more}} }, "Destinations": { "a": { "Address": "{{address}}" } } } }
        } }
        """,
        options => options with { Clock = _clock, Environment = new Dictionary<string, string> { ["GATEWAY_STATE"] = _state } });
}
