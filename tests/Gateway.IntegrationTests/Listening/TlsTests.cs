using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.IntegrationTests.Hosting;
using Grpc.Net.Client;
using Samples.Library;
using Samples.Library.V1;

namespace Gateway.IntegrationTests.Listening;

/// <summary>TLS endpoints choose HTTP/1.1 or HTTP/2 by ALPN, beside a plaintext port.</summary>
public sealed class TlsTests : IAsyncLifetime
{
    private const string Password = "for this test only";

    private readonly string _directory = Directory.CreateTempSubdirectory("gateway-tls-").FullName;
    private string _thumbprint = "";
    private LibraryServer? _library;

    private string CertificateFile => Path.Combine(_directory, "server.pfx");

    public async Task InitializeAsync()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllBytesAsync(CertificateFile, certificate.Export(X509ContentType.Pfx, Password));
        _thumbprint = certificate.Thumbprint;
        _library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
    }

    public async Task DisposeAsync()
    {
        await _library!.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task HttpsUrl_WithTheDefaultCertificate_SpeaksBothVersions()
    {
        await using var gateway = await RunningGateway.StartAsync(
            Configuration($$""" "Certificates": { "Default": { "Path": "{{CertificateFile}}", "Password": "{{Password}}" } } """),
            static options => options with { Urls = "https://127.0.0.1:0;http://127.0.0.1:0" });
        await AssertEveryProtocolAsync(gateway, HttpVersion.Version11, HttpVersion.Version20);
    }

    [Fact]
    public async Task KestrelEndpoints_WithTheirOwnCertificate_SpeakBothVersions()
    {
        await using var gateway = await RunningGateway.StartAsync(
            Configuration($$"""
                "Endpoints": {
                  "tls": { "Url": "https://127.0.0.1:0", "Certificate": { "Path": "{{CertificateFile}}", "Password": "{{Password}}" } },
                  "plain": { "Url": "http://127.0.0.1:0" } }
                """),
            static options => options with { Urls = null });

        // Kestrel's own plaintext endpoints speak one protocol, its default here; `Urls` is what shares a port.
        await AssertEveryProtocolAsync(gateway, HttpVersion.Version11);
    }

    [Fact]
    public async Task MissingCertificate_IsSaidBeforeAnythingListens()
    {
        var refusal = await Assert.ThrowsAnyAsync<Exception>(() => RunningGateway.StartAsync(
            Configuration(""" "Certificates": { "Default": { "Path": "no-such.pfx" } } """),
            static options => options with { Urls = "https://127.0.0.1:0" }));
        Assert.True(refusal is GatewayConfigException or IOException, $"An unhandled {refusal.GetType()}: {refusal.Message}");
        Assert.Contains("no-such.pfx", refusal.Message);
    }

    private async Task AssertEveryProtocolAsync(RunningGateway gateway, params Version[] plainVersions)
    {
        var secure = new Uri(Assert.Single(gateway.Addresses, static address => address.StartsWith("https://", StringComparison.Ordinal)));
        var plain = new Uri(Assert.Single(gateway.Addresses, static address => address.StartsWith("http://", StringComparison.Ordinal)));

        // 1. The client decides the version, ALPN settles it.
        using var client = new HttpClient(Handler());
        foreach (var version in (Version[])[HttpVersion.Version11, HttpVersion.Version20])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(secure, "/v1/behaviours/echo/hello"))
            {
                Version = version,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            using var response = await client.SendAsync(request, Wait.Token());
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(version, response.Version);
            Assert.Contains("hello", await response.Content.ReadAsStringAsync());
        }

        // 2. gRPC, forwarded.
        using var channel = GrpcChannel.ForAddress(secure, new GrpcChannelOptions { HttpHandler = Handler(), DisposeHttpClient = true });
        var reply = await new Behaviours.BehavioursClient(channel).EchoAsync(new EchoRequest { Text = "grpc" }, cancellationToken: Wait.Token());
        Assert.Equal("grpc", reply.Text);

        // 3. Plaintext on the other port.
        using var plainClient = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        foreach (var version in plainVersions)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(plain, "/v1/behaviours/echo/hello"))
            {
                Version = version,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            using var response = await plainClient.SendAsync(request, Wait.Token());
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    private SocketsHttpHandler Handler() => new()
    {
        UseProxy = false,
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == _thumbprint,
        },
    };

    private string Configuration(string kestrel) => $$"""
        { "Kestrel": { {{kestrel}} },
          "ReverseProxy": {
            "Routes": {
              "rest": { "ClusterId": "library", "Match": { "Path": "/v1/{**path}" } },
              "rpc": { "ClusterId": "library", "Match": { "Path": "/library.v1.Behaviours/{method}" } } },
            "Clusters": { "library": { "Protocol": "grpc", "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ] },
              "Destinations": { "a": { "Address": "{{_library!.Address}}" } } } }
        } }
        """;
}
