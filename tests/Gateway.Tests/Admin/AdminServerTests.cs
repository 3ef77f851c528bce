using System.Net;
using System.Text.Json;
using Gateway.Configuration;
using Gateway.Telemetry;
using Gateway.Tests.Configuration;
using Transcoders.Calls;

namespace Gateway.Tests.Admin;

public sealed class AdminServerTests
{
    [Fact]
    public async Task Live_IsAlwaysGood()
    {
        await using var admin = await AdminHarness.StartAsync();

        Assert.Equal("live", (await admin.JsonAsync("/health/live")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Ready_SaysWhyNot()
    {
        await using var admin = await AdminHarness.StartAsync();

        await AssertReadyAsync(admin, 503, ["no configuration is in force yet", "the proxy does not listen yet"]);
        admin.Readiness.IsConfigured = true;
        await AssertReadyAsync(admin, 503, ["the proxy does not listen yet"]);
        admin.Readiness.IsListening = true;
        await AssertReadyAsync(admin, 200, []);
        admin.Readiness.IsDraining = true;
        await AssertReadyAsync(admin, 503, ["the gateway is draining"]);
    }

    [Theory]
    [InlineData("evil.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("evil.example:8081", HttpStatusCode.MisdirectedRequest)]
    [InlineData("127.0.0.1.evil.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("10.0.0.1:8081", HttpStatusCode.MisdirectedRequest)]
    [InlineData("localhost:9", HttpStatusCode.OK)]
    [InlineData("LOCALHOST.", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("[::1]:8081", HttpStatusCode.OK)]
    public async Task OnLoopback_TheHostMustNameThisMachine(string host, HttpStatusCode expected)
    {
        await using var admin = await AdminHarness.StartAsync();

        using var response = await admin.SendAsync(HttpMethod.Get, "/config", host);

        Assert.Equal(expected, response.StatusCode);
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/health")]
    [InlineData("/metrics/")]
    public async Task UnknownPaths_AreJsonToo(string path)
    {
        await using var admin = await AdminHarness.StartAsync();

        using var response = await admin.SendAsync(HttpMethod.Get, path);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task OtherMethods_AreRefused()
    {
        await using var admin = await AdminHarness.StartAsync();

        using var response = await admin.SendAsync(HttpMethod.Post, "/config");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["GET", "HEAD"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task Head_HasTheLengthAndNoBody()
    {
        await using var admin = await AdminHarness.StartAsync();

        using var response = await admin.SendAsync(HttpMethod.Head, "/health/live");

        Assert.True(response.Content.Headers.ContentLength > 0);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/config")]
    [InlineData("/metrics")]
    public async Task Answers_AreNeitherKeptNorFramedNorSniffed(string path)
    {
        await using var admin = await AdminHarness.StartAsync();

        using var response = await admin.SendAsync(HttpMethod.Get, path);

        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.Equal("DENY", response.Headers.GetValues("X-Frame-Options").Single());
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task TheConsole_LoadsNothingFromElsewhere()
    {
        await using var admin = await AdminHarness.StartAsync();

        using var response = await admin.SendAsync(HttpMethod.Get, "/");
        var html = await response.Content.ReadAsStringAsync();

        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        Assert.DoesNotContain("http://", html);
        Assert.DoesNotContain("https://", html);
        Assert.DoesNotContain("innerHTML", html);
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; connect-src 'self'; script-src 'sha256-", policy);
        Assert.DoesNotContain("unsafe", policy);
    }

    [Fact]
    public async Task Metrics_AreScrapedAsText()
    {
        await using var admin = await AdminHarness.StartAsync();

        using var response = await admin.SendAsync(HttpMethod.Get, "/metrics");

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Contains("gateway_build_info{version=\"1.0.0\"} 1", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Calls_AreShownWhileTheyRun()
    {
        await using var admin = await AdminHarness.StartAsync();
        var tally = new CallTally { RequestMessages = 1, RequestBytes = 10, ResponseMessages = 2, ResponseBytes = 20 };
        var call = admin.Calls.Add(new CallLabels("library", "http", "grpc"), "library.v1.Library/ListBooks", "a", "127.0.0.1:5", TimeProvider.System.GetTimestamp(), tally);
        admin.Calls.Add(new CallLabels("plain", "grpc", "grpc"), "", "b", null, TimeProvider.System.GetTimestamp(), null);

        var shown = await admin.JsonAsync("/calls");
        admin.Calls.Remove(call);
        var after = await admin.JsonAsync("/calls");

        Assert.Equal(2, shown.GetProperty("inFlight").GetInt64());
        var first = shown.GetProperty("calls")[0];
        Assert.Equal("library", first.GetProperty("route").GetString());
        Assert.Equal("library.v1.Library/ListBooks", first.GetProperty("method").GetString());
        Assert.Equal("http", first.GetProperty("edge").GetString());
        Assert.Equal("127.0.0.1:5", first.GetProperty("peer").GetString());
        Assert.Equal(20, first.GetProperty("response").GetProperty("bytes").GetInt64());
        Assert.False(shown.GetProperty("calls")[1].TryGetProperty("request", out _));
        Assert.Equal("plain", after.GetProperty("calls")[0].GetProperty("route").GetString());
    }

    [Fact]
    public async Task CallsBeyondTheLimit_AreCountedButNotShown()
    {
        await using var admin = await AdminHarness.StartAsync();
        var labels = new CallLabels("library", "http", "grpc");
        for (var i = 0; i < TelemetryLimits.CallsShown + 5; i++)
        {
            admin.Calls.Add(labels, "", "a", null, TimeProvider.System.GetTimestamp(), null);
        }

        var shown = await admin.JsonAsync("/calls");

        Assert.Equal(TelemetryLimits.CallsShown + 5, shown.GetProperty("inFlight").GetInt64());
        Assert.Equal(TelemetryLimits.CallsShown, shown.GetProperty("calls").GetArrayLength());
    }

    [Fact]
    public async Task RoutesAndProcesses_AreJson()
    {
        await using var admin = await AdminHarness.StartAsync();

        Assert.Equal("library", (await admin.JsonAsync("/routes"))[0].GetString());
        Assert.Equal(0, (await admin.JsonAsync("/processes")).GetProperty("running").GetArrayLength());
    }

    [Fact]
    public async Task Config_TellsWhatBecameOfTheNewestFile()
    {
        await using var admin = await AdminHarness.StartAsync();
        Assert.Equal("none", ReloadOf(await admin.JsonAsync("/config")));

        var config = ConfigText.Good("{}");
        admin.Reload.Applied(config);
        Assert.Equal("applied", ReloadOf(await admin.JsonAsync("/config")));

        admin.Reload.Rejected([new ConfigProblem(new("gateway.json", 3, 4), "Admin:Url", "is unknown")]);
        var rejected = await admin.JsonAsync("/config");
        Assert.Equal("rejected", ReloadOf(rejected));
        Assert.Equal("gateway.json:3:4: Admin:Url: is unknown", rejected.GetProperty("reload").GetProperty("problems")[0].GetString());
        Assert.Equal(config.File, rejected.GetProperty("file").GetString());
    }

    [Theory]
    [InlineData("https://127.0.0.1:0")]
    [InlineData("tcp")]
    public async Task AnAddressThatIsNotHttp_IsRefusedInWords(string url)
    {
        await using var admin = await AdminHarness.StartAsync();
        var sources = new Gateway.Admin.AdminSources
        {
            Readiness = admin.Readiness,
            Reload = admin.Reload,
            Routes = _ => { },
            Description = static _ => null,
            Calls = admin.Calls,
            Metrics = new PrometheusExporter("1"),
            Clock = TimeProvider.System,
            Loggers = Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance,
        };
        await using var server = new Gateway.Admin.AdminServer(url, sources);

        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => server.StartAsync(CancellationToken.None));

        Assert.Contains($"\"{url}\" is not an http address", refusal.Message);
    }

    private static string? ReloadOf(JsonElement config) => config.GetProperty("reload").GetProperty("state").GetString();

    private static async Task AssertReadyAsync(AdminHarness admin, int status, string[] reasons)
    {
        using var response = await admin.SendAsync(HttpMethod.Get, "/health/ready");
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        string[] said = json.RootElement.TryGetProperty("reasons", out var list) ? [.. list.EnumerateArray().Select(r => r.GetString()!)] : [];
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(reasons, said);
    }
}
