using System.Net;
using Gateway.Configuration;

namespace Gateway.IntegrationTests.Hosting;

/// <summary>The real gateway in this process, on a port of its own and a file of its own. Disposing it checks that nothing is left behind.</summary>
internal sealed class RunningGateway : IAsyncDisposable
{
    private readonly GatewayHost _host;
    private readonly string _directory;

    private RunningGateway(GatewayHost host, string directory, LogRecorder log)
    {
        _host = host;
        _directory = directory;
        Log = log;
        Url = new Uri(host.Addresses[0]);
        Http1 = Client(HttpVersion.Version11);
        Http2 = Client(HttpVersion.Version20);
    }

    /// <summary>Where it listens: `http://127.0.0.1:port/`.</summary>
    public Uri Url { get; }

    /// <summary>Every address it listens on.</summary>
    public IReadOnlyList<string> Addresses => _host.Addresses;

    /// <summary>Where the admin port answers.</summary>
    public Uri AdminUrl => new(_host.AdminAddresses[0]);

    public LogRecorder Log { get; }

    /// <summary>For what cannot be reached from outside.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>Speaks HTTP/1.1. Cookies and redirects are left to the tests.</summary>
    public HttpClient Http1 { get; }

    /// <summary>Speaks prior-knowledge HTTP/2 on the same port.</summary>
    public HttpClient Http2 { get; }

    /// <summary>The configuration file.</summary>
    public string File => Path.Combine(_directory, "gateway.json");

    /// <summary>Starts it with a file of this text; <paramref name="change"/> may set what the command line or the environment would.</summary>
    public static async Task<RunningGateway> StartAsync(string configuration, Func<GatewayHostOptions, GatewayHostOptions>? change = null)
    {
        var directory = Directory.CreateTempSubdirectory("gateway-").FullName;
        var file = Path.Combine(directory, "gateway.json");
        await System.IO.File.WriteAllTextAsync(file, configuration);
        var log = new LogRecorder();
        var options = new GatewayHostOptions
        {
            File = file,
            Urls = "http://127.0.0.1:0",
            AdminUrls = "http://127.0.0.1:0",
            Watch = false,
            ExtraLog = log,
            Environment = new Dictionary<string, string>(),
        };
        var host = await GatewayHost.StartAsync(change?.Invoke(options) ?? options, Wait.Token());
        return new RunningGateway(host, directory, log);
    }

    /// <summary>Replaces the file and reads it; what is returned is wrong with it, and empty when it is in force.</summary>
    public async Task<IReadOnlyList<ConfigProblem>> ReloadAsync(string configuration)
    {
        await System.IO.File.WriteAllTextAsync(File, configuration);
        return await _host.ReloadAsync(Wait.Token());
    }

    /// <summary>An address of this gateway under another scheme, such as `ws`.</summary>
    public Uri Address(string path, string scheme = "http") => new($"{scheme}://{Url.Authority}{path}");

    /// <summary>Fails when the gateway logged an error that no test declared.</summary>
    public void AssertNoErrors() => Assert.Empty(Log.TakeUnexpected());

    public async ValueTask DisposeAsync()
    {
        Http1.Dispose();
        Http2.Dispose();
        await _host.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
        AssertNoErrors();
        await ChildProcesses.AssertNoneAsync();
    }

    private HttpClient Client(Version version) => new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, UseProxy = false, ResponseDrainTimeout = TimeSpan.Zero })
    {
        BaseAddress = Url,
        DefaultRequestVersion = version,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = TimeSpan.FromMinutes(1),
    };
}
