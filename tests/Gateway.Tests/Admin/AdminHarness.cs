using System.Text.Json;
using Gateway.Admin;
using Gateway.Backends.Stdio;
using Gateway.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Admin;

/// <summary>An admin port on a free loopback port, and a client to it.</summary>
internal sealed class AdminHarness : IAsyncDisposable
{
    private readonly AdminServer _server;

    private AdminHarness(PrometheusExporter metrics)
    {
        Reload = new ReloadState(TimeProvider.System);
        _server = new AdminServer("http://127.0.0.1:0", new AdminSources
        {
            Readiness = Readiness,
            Reload = Reload,
            Routes = json =>
            {
                json.WriteStartArray();
                json.WriteStringValue("library");
                json.WriteEndArray();
            },
            Description = static _ => null,
            Calls = Calls,
            Processes = Processes,
            Metrics = metrics,
            Clock = TimeProvider.System,
            Loggers = NullLoggerFactory.Instance,
        });
    }

    public Readiness Readiness { get; } = new();

    public ReloadState Reload { get; }

    public CallRegistry Calls { get; } = new();

    public ProcessTable Processes { get; } = new();

    public HttpClient Client { get; } = new();

    public string Url => _server.Addresses.Single();

    public static async Task<AdminHarness> StartAsync(PrometheusExporter? metrics = null)
    {
        var harness = new AdminHarness(metrics ?? new PrometheusExporter("1.0.0"));
        await harness._server.StartAsync(CancellationToken.None);
        harness.Client.BaseAddress = new Uri(harness.Url);
        return harness;
    }

    public async Task<JsonElement> JsonAsync(string path)
    {
        using var document = JsonDocument.Parse(await Client.GetStringAsync(path));
        return document.RootElement.Clone();
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? host = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Host = host;
        return await Client.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
        await Processes.DisposeAsync();
    }
}
