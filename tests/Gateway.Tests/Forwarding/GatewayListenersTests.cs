using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Gateway.Forwarding;
using Gateway.Tests.Configuration;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Gateway.Tests.Forwarding;

public sealed class GatewayListenersTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task BothVersions_AreServedOnOnePort(string version)
    {
        await using var server = await ListeningServer.StartAsync();
        using var client = server.Client(Version.Parse(version));

        var first = await client.PostAsync("/", new StringContent("body"));
        var second = await client.GetStringAsync("/");

        Assert.StartsWith($"HTTP/{version.Replace("2.0", "2", StringComparison.Ordinal)} POST body|", await first.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains(" GET ", second, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task WebSocket_IsServedOnTheSamePort(string version)
    {
        await using var server = await ListeningServer.StartAsync();
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = Version.Parse(version);
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());

        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{server.Uri.Port}/echo"), invoker, default);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, default);
        var buffer = new byte[16];
        var message = await socket.ReceiveAsync(buffer, default);

        Assert.Equal("hello", Encoding.UTF8.GetString(buffer, 0, message.Count));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
    }

    [Fact]
    public async Task PostSentByteByByte_WhichSharesTheP_IsServed()
    {
        await using var server = await ListeningServer.StartAsync();
        await using var stream = await server.ConnectAsync();

        foreach (var b in "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"u8.ToArray())
        {
            await stream.WriteAsync(new[] { b });
        }

        Assert.Contains("HTTP/1.1 POST hi|", await ReadToEndAsync(stream), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_KeepsItsFeatures()
    {
        await using var server = await ListeningServer.StartAsync();
        await using var stream = await server.ConnectAsync();

        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"u8.ToArray());

        var local = ((IPEndPoint)stream.Socket.LocalEndPoint!).Port;
        Assert.Contains($"|{local}|{server.Uri.Port}|True", await ReadToEndAsync(stream), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SilentConnection_IsClosedAfterTheTimeout()
    {
        var time = new SignallingTimeProvider();
        await using var server = await ListeningServer.StartAsync(options: new SniffingOptions { Timeout = TimeSpan.FromSeconds(10) }, time: time);
        await using var stream = await server.ConnectAsync();
        await time.TimerCreated();
        await stream.WriteAsync("PR"u8.ToArray());
        var closed = ReadToEndAsync(stream);

        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(closed.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("", await closed);
    }

    [Fact]
    public async Task ConnectionAboveTheCap_IsClosedAtOnce_AndAPlaceIsFreedByAFirstByte()
    {
        var time = new SignallingTimeProvider();
        await using var server = await ListeningServer.StartAsync(options: new SniffingOptions { MaxWaiting = 1 }, time: time);
        await using var waiting = await server.ConnectAsync();
        await time.TimerCreated();

        Assert.True(await IsClosedAtOnceAsync(server));

        await waiting.WriteAsync("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"u8.ToArray());
        Assert.Contains("200 OK", await ReadToEndAsync(waiting), StringComparison.Ordinal);
        using var client = server.Client(HttpVersion.Version11);
        Assert.Contains(" GET ", await client.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_ClosesThePortAndWaitingConnections()
    {
        await using var server = await ListeningServer.StartAsync();
        var port = server.Uri.Port;
        await using var silent = await server.ConnectAsync();

        await server.App.StopAsync();

        Assert.Equal("", await ReadToEndAsync(silent));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var refused = await Assert.ThrowsAsync<SocketException>(() => socket.ConnectAsync(IPAddress.Loopback, port));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Stop_LetsARequestFinish(string version)
    {
        await using var server = await ListeningServer.StartAsync();
        using var client = server.Client(Version.Parse(version));
        var response = client.GetStringAsync("/hold");
        await server.Held.Task.WaitAsync(Patience);

        var stopped = server.App.StopAsync();
        Assert.False(response.IsCompleted);
        server.Release.SetResult();

        Assert.Equal("released", await response.WaitAsync(Patience));
        await stopped.WaitAsync(Patience);
    }

    [Fact]
    public async Task TwoHundredConnectionsAtOnce_AreAllServed()
    {
        await using var server = await ListeningServer.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            using var client = server.Client(i % 2 == 0 ? HttpVersion.Version11 : HttpVersion.Version20);
            return await client.GetStringAsync("/");
        })).WaitAsync(Patience);

        Assert.Equal(100, answers.Count(a => a.StartsWith("HTTP/1.1 GET", StringComparison.Ordinal)));
        Assert.Equal(100, answers.Count(a => a.StartsWith("HTTP/2 GET", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ServerAddresses_ShowTheRealPortOnce()
    {
        await using var server = await ListeningServer.StartAsync();

        var url = Assert.Single(server.App.Urls);
        Assert.Matches("^http://127\\.0\\.0\\.1:[1-9][0-9]*$", url);
    }

    [Fact]
    public async Task Localhost_HasOnePortInBothFamilies()
    {
        await using var server = await ListeningServer.StartAsync("http://localhost:0");
        var port = server.Uri.Port;

        using var client = new HttpClient();
        Assert.Contains(" GET ", await client.GetStringAsync($"http://127.0.0.1:{port}/"), StringComparison.Ordinal);
        if (Socket.OSSupportsIPv6)
        {
            Assert.Contains(" GET ", await client.GetStringAsync($"http://[::1]:{port}/"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("http://*:0")]
    [InlineData("http://+:0")]
    [InlineData("http://0.0.0.0:0")]
    public async Task AnyAddress_IsReachedOverLoopback(string urls)
    {
        await using var server = await ListeningServer.StartAsync(urls);

        using var client = new HttpClient();
        Assert.Contains(" GET ", await client.GetStringAsync($"http://127.0.0.1:{server.Uri.Port}/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnixSocket_IsServed()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.PathOf("gateway.sock");
        await using var server = await ListeningServer.StartAsync($"http://unix:{path}");
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });

        Assert.Contains(" GET ", await client.GetStringAsync("http://h/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SeveralAddresses_AreAllServed()
    {
        await using var server = await ListeningServer.StartAsync("http://127.0.0.1:0;http://127.0.0.1:0");

        Assert.Equal(2, server.App.Urls.Count);
        using var client = new HttpClient();
        foreach (var url in server.App.Urls)
        {
            Assert.Contains(" GET ", await client.GetStringAsync(url), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task PortInUse_FailsTheStart()
    {
        await using var server = await ListeningServer.StartAsync();

        var failure = await Assert.ThrowsAsync<IOException>(() => ListeningServer.StartAsync($"http://127.0.0.1:{server.Uri.Port}"));

        Assert.Contains("in use", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Https_NegotiatesByAlpn(string version)
    {
        using var directory = new TemporaryDirectory();
        var tree = ConfigText.Good($$"""{ "Kestrel": { "Certificates": { "Default": { "Path": "{{WriteCertificate(directory)}}" } } } }""").Tree;
        await using var server = await ListeningServer.StartAsync(
            "https://127.0.0.1:0;http://127.0.0.1:0", configure: b => b.WebHost.UseGatewayKestrel(tree.GetSection("Kestrel")));
        using var client = server.Client(Version.Parse(version));

        Assert.StartsWith("https://", server.App.Urls.First(), StringComparison.Ordinal);
        Assert.StartsWith($"HTTP/{version[..1]}", await client.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task KestrelSection_SetsEndpointsAndLimits()
    {
        var tree = ConfigText.Good("""
            { "Kestrel": { "Endpoints": { "a": { "Url": "http://127.0.0.1:0" } }, "Limits": { "MaxRequestBodySize": "1KiB", "KeepAliveTimeout": "00:00:07", "Http2": { "MaxStreamsPerConnection": 9 } } } }
            """).Tree;
        await using var server = await ListeningServer.StartAsync("", configure: b => b.WebHost.UseGatewayKestrel(tree.GetSection("Kestrel")));

        var options = server.App.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value;
        Assert.Equal(1024, options.Limits.MaxRequestBodySize);
        Assert.Equal(TimeSpan.FromSeconds(7), options.Limits.KeepAliveTimeout);
        Assert.Equal(9, options.Limits.Http2.MaxStreamsPerConnection);
        Assert.False(options.AddServerHeader);
        using var client = server.Client(HttpVersion.Version11);
        Assert.Contains(" GET ", await client.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:80")]
    [InlineData("ftp://127.0.0.1:80")]
    [InlineData("http://127.0.0.1:80/path")]
    public void WrongAddress_IsRefused(string url) => Assert.Throws<FormatException>(() => ListenAddress.ParseAll(url));

    /// <summary>A refused client may learn it while connecting or while reading.</summary>
    private static async Task<bool> IsClosedAtOnceAsync(ListeningServer server)
    {
        try
        {
            await using var refused = await server.ConnectAsync();
            return await ReadToEndAsync(refused) == "";
        }
        catch (SocketException reset)
        {
            return reset.SocketErrorCode == SocketError.ConnectionReset;
        }
    }

    private static string WriteCertificate(TemporaryDirectory directory)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        var path = directory.PathOf("certificate.pfx");
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pkcs12));
        return path;
    }

    /// <summary>All until the server closes; a reset counts as the end.</summary>
    private static async Task<string> ReadToEndAsync(Stream stream)
    {
        var received = new MemoryStream();
        try
        {
            await stream.CopyToAsync(received).WaitAsync(Patience);
        }
        catch (IOException)
        {
        }

        return Encoding.ASCII.GetString(received.ToArray());
    }
}
