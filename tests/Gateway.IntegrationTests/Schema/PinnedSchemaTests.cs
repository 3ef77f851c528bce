using System.Net;
using Gateway.IntegrationTests.Hosting;
using Samples.Library;

namespace Gateway.IntegrationTests.Schema;

/// <summary>The last answer of a backend's reflection, kept on disk.</summary>
public sealed class PinnedSchemaTests : IDisposable
{
    private readonly string _state = Directory.CreateTempSubdirectory("state-").FullName;

    private string Pins => Path.Combine(_state, "schemas");

    public void Dispose() => Directory.Delete(_state, recursive: true);

    [Fact]
    public async Task BackendDownAtStart_ThePinStandsIn()
    {
        var address = await PinAsync();

        await using var gateway = await StartAsync(address);

        Assert.Contains(gateway.Log.Entries, entry => entry.Text.Contains("SchemaPinned: cluster library", StringComparison.Ordinal));
        var (down, body) = await gateway.Http1.AskAsync(HttpMethod.Get, "/v1/behaviours/echo/hello");
        Assert.True(down.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable, $"{down.StatusCode}: {body}");
    }

    [Fact]
    public async Task AnotherSchemaThanThePinned_IsToldInTheLog()
    {
        var address = await PinAsync();
        await using var other = await ReflectingServer.OnlyV1Async(new Uri(address).Port);

        await using var gateway = await StartAsync(address);

        var change = Assert.Single(gateway.Log.Entries, entry => entry.Text.StartsWith("SchemaChanged: cluster library", StringComparison.Ordinal));
        Assert.Contains("removed: ", change.Text);
        Assert.Contains("library.v1.Library/GetBook", change.Text);
        var (response, _) = await gateway.Http1.AskAsync(HttpMethod.Get, "/v1/books");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Pin_IsItsOwnersAlone()
    {
        await PinAsync();

        var pin = Assert.Single(Directory.GetFiles(Pins));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(pin));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Pins));
        Assert.NotEmpty(Google.Protobuf.Reflection.FileDescriptorSet.Parser.ParseFrom(File.ReadAllBytes(pin)).File);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SpoiltPin_IsLeftAside(bool cut)
    {
        var address = await PinAsync();
        var pin = Assert.Single(Directory.GetFiles(Pins));
        var bytes = File.ReadAllBytes(pin);
        bytes[100] ^= 1;
        File.WriteAllBytes(pin, cut ? bytes[..20] : bytes);

        var refusal = await Assert.ThrowsAsync<GatewayConfigException>(() => StartAsync(address));

        Assert.Contains("cannot be reached", Assert.Single(refusal.Problems).ToString());
    }

    [Fact]
    public async Task DirectoryThatCannotBeWritten_IsNoFailure()
    {
        File.WriteAllText(Pins, "a file where the directory would be");
        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());

        await using var gateway = await StartAsync(library.Address.ToString());

        Assert.Contains(gateway.Log.Entries, entry => entry.Text.Contains("PinNotWritten: the schema of cluster library", StringComparison.Ordinal));
    }

    [Fact]
    public async Task PinTurnedOff_LeavesNothing()
    {
        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());

        await using var gateway = await StartAsync(library.Address.ToString(), ", \"Pin\": false");

        Assert.False(Directory.Exists(Pins));
    }

    /// <summary>Runs a gateway over a server until both are gone; the address that is left behind.</summary>
    private async Task<string> PinAsync()
    {
        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        var address = library.Address.ToString();
        await using var gateway = await StartAsync(address);
        return address;
    }

    private Task<RunningGateway> StartAsync(string address, string more = "") => RunningGateway.StartAsync(
        $$"""
        { "ReverseProxy": {
          "Routes": { "all": { "ClusterId": "library", "Match": { "Path": "/v1/{**path}" } } },
          "Clusters": { "library": { "Protocol": "grpc", "Schema": { "Reflection": true{{more}} }, "Destinations": { "a": { "Address": "{{address}}" } } } }
        } }
        """,
        options => options with { Environment = new Dictionary<string, string> { ["GATEWAY_STATE"] = _state } });
}
