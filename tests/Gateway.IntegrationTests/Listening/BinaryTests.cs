using System.Net;
using System.Net.Sockets;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;

namespace Gateway.IntegrationTests.Listening;

/// <summary>The commands of the program: what they print and how they exit.</summary>
public sealed class BinaryTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("gateway-binary-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Check_GoodFile_PrintsThePlanAndExits0()
    {
        var (exit, output, errors) = await GatewayBinary.RunAsync("check", Write(Good(0, 0)));
        Assert.True(exit == 0, errors);
        Assert.Contains("route cat → cluster cat (stdio)", output);
        Assert.Equal("", errors);
    }

    [Fact]
    public async Task Check_BadFile_NamesEveryProblemAndExits1()
    {
        var file = Write("""
            { "ReverseProxy": {
                "Routs": {},
                "Clusters": { "a": { "Protocol": "stdio" } } } }
            """);
        var (exit, output, errors) = await GatewayBinary.RunAsync("check", file);
        Assert.Equal(1, exit);
        Assert.Equal("", output);
        Assert.Contains($"{file}:2:", errors);
        Assert.Contains("Routes", errors);
        Assert.Contains($"{file}:3:", errors);
    }

    [Fact]
    public async Task Check_NoSuchFile_Exits2()
    {
        var (exit, _, errors) = await GatewayBinary.RunAsync("check", Path.Combine(_directory, "none.json"));
        Assert.Equal(2, exit);
        Assert.Contains("none.json", errors);
    }

    [Fact]
    public async Task Check_ADirectory_Exits2()
    {
        var (exit, _, errors) = await GatewayBinary.RunAsync("check", _directory);
        Assert.Equal(2, exit);
        Assert.Contains(_directory, errors);
    }

    [Fact]
    public async Task Run_ServesUntilSigterm_AndExits0()
    {
        var (port, admin) = FreePorts();
        await using var gateway = GatewayBinary.Start("run", Write(Good(port, admin)));
        await gateway.PortsAsync(2);
        await AssertServesAsync(port);

        var health = await GatewayBinary.RunAsync("health", "--admin", $"http://127.0.0.1:{admin}");
        Assert.True(health.ExitCode == 0, health.Errors);

        await gateway.TerminateAsync();
        var (exit, _, errors) = await gateway.EndAsync();
        Assert.True(exit == 0, $"{exit}: {errors}");
    }

    [Fact]
    public async Task NoCommand_IsRun()
    {
        var (port, admin) = FreePorts();
        await using var gateway = GatewayBinary.Start(Write(Good(1, admin)), "--urls", $"http://127.0.0.1:{port}");
        await gateway.PortsAsync(2);
        await AssertServesAsync(port);
        await gateway.TerminateAsync();
        Assert.Equal(0, (await gateway.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task Run_SigtermOverAnOpenSocket_TellsItBeforeItExits0()
    {
        var (port, admin) = FreePorts();
        await using var gateway = GatewayBinary.Start("run", Write(Good(port, admin)));
        await gateway.PortsAsync(2);
        using var socket = await WebSocketClient.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/cat"));
        await socket.SendTextAsync("\"hello\"");
        Assert.Contains("hello", await socket.ReadTextAsync());

        // The longest the gateway waits for a stream: nothing may end the process before.
        await gateway.TerminateAsync();
        Assert.Contains("\"code\":14", await socket.ReadTextAsync());
        Assert.Null(await socket.ReadTextAsync());
        Assert.Equal(4503, socket.CloseCode);
        await socket.Socket.CloseOutputAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, Wait.Token());
        var (exit, _, errors) = await gateway.EndAsync();
        Assert.True(exit == 0, $"{exit}: {errors}");
    }

    [Fact]
    public async Task Run_BadFile_SaysWhyAndExits1()
    {
        var (exit, _, errors) = await GatewayBinary.RunAsync("run", Write("""{ "ReverseProxy": { "Routes": { "a": { "ClusterId": "none", "Match": { "Path": "/" } } } } }"""));
        Assert.Equal(1, exit);
        Assert.Contains("none", errors);
        Assert.DoesNotContain("   at ", errors);
    }

    [Fact]
    public async Task Run_PortInUse_SaysWhichAndExits1()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var (exit, _, errors) = await GatewayBinary.RunAsync("run", Write(Good(port, FreePorts().Port)));
        Assert.Equal(1, exit);
        Assert.Contains($"{port}", errors);
        Assert.DoesNotContain("   at ", errors);
    }

    [Fact]
    public async Task Health_NobodyThere_Exits1()
    {
        var (exit, _, errors) = await GatewayBinary.RunAsync("health", "--admin", $"http://127.0.0.1:{FreePorts().Port}");
        Assert.Equal(1, exit);
        Assert.Contains("nothing answers", errors);
    }

    [Fact]
    public async Task Version_IsTheBuilds()
    {
        var (exit, output, _) = await GatewayBinary.RunAsync("--version");
        Assert.Equal(0, exit);
        Assert.Equal(Gateway.Telemetry.TelemetrySetup.Version, output.Trim());
    }

    [Fact]
    public async Task Help_ShowsEveryCommand()
    {
        var (exit, output, _) = await GatewayBinary.RunAsync("--help");
        Assert.Equal(0, exit);
        Assert.All((string[])["run", "check", "schema", "health", "Examples"], word => Assert.Contains(word, output));
    }

    [Fact]
    public async Task Schema_IsTheOneInTheRepository()
    {
        var (exit, output, _) = await GatewayBinary.RunAsync("schema");
        Assert.Equal(0, exit);
        Assert.Equal((await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "gateway.schema.json"))).TrimEnd(), output.TrimEnd());
    }

    private static async Task AssertServesAsync(int port)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var answer = await client.PostAsync($"http://127.0.0.1:{port}/sort", new StringContent("pear\napple\n"), Wait.Token());
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, body);
        Assert.Matches("apple[^p]*pear", body);
    }

    /// <summary>Two ports that were free a moment ago: the admin address must be known before the program binds it.</summary>
    private static (int Port, int Admin) FreePorts()
    {
        using var a = new TcpListener(IPAddress.Loopback, 0);
        using var b = new TcpListener(IPAddress.Loopback, 0);
        a.Start();
        b.Start();
        return (((IPEndPoint)a.LocalEndpoint).Port, ((IPEndPoint)b.LocalEndpoint).Port);
    }

    private static string Good(int port, int admin) => $$"""
        { "Urls": "http://127.0.0.1:{{port}}", "Admin": { "Urls": "http://127.0.0.1:{{admin}}" },
          "ReverseProxy": {
            "Routes": {
              "sort": { "ClusterId": "sort", "Match": { "Path": "/sort" } },
              "cat": { "ClusterId": "cat", "Match": { "Path": "/cat" } } },
            "Clusters": {
              "sort": { "Protocol": "stdio", "Process": { "Command": "sort", "Lifetime": "request" } },
              "cat": { "Protocol": "stdio", "Process": { "Command": "cat" } } } } }
        """;

    private string Write(string text)
    {
        var file = Path.Combine(_directory, "gateway.json");
        File.WriteAllText(file, text);
        return file;
    }
}
