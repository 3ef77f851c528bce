using Samples.Library;

namespace Gateway.IntegrationTests.Hosting;

/// <summary>The Library sample and a gateway in front of it, shared by the tests of a class. Derived classes say what the file holds.</summary>
public abstract class GatewayFixture : IAsyncLifetime
{
    private RunningGateway? _gateway;
    private LibraryServer? _library;

    internal RunningGateway Gateway => _gateway!;

    internal LibraryServer Library => _library!;

    /// <summary>A directory for files that the configuration names.</summary>
    internal string Files { get; } = Directory.CreateTempSubdirectory("gateway-files-").FullName;

    public async Task InitializeAsync()
    {
        _library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await PrepareAsync();
        _gateway = await RunningGateway.StartAsync(Configuration());
    }

    public async Task DisposeAsync()
    {
        await _gateway!.DisposeAsync();
        await StopAsync();
        await _library!.DisposeAsync();
        Directory.Delete(Files, recursive: true);
    }

    protected virtual Task PrepareAsync() => Task.CompletedTask;

    /// <summary>Stops what <see cref="PrepareAsync"/> started, after the gateway.</summary>
    protected virtual Task StopAsync() => Task.CompletedTask;

    protected abstract string Configuration();

    /// <summary>A cluster of the Library at an address; the shared server by default.</summary>
    private protected string LibraryCluster(string? address = null, string more = "") => $$"""
        { "Protocol": "grpc", "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ] }, {{more}}
          "Destinations": { "a": { "Address": "{{address ?? Library.Address.ToString()}}" } } }
        """;
}

/// <summary>A test of a shared gateway: after each, no undeclared error was logged and no child process is left.</summary>
public abstract class GatewayTest<TFixture>(TFixture fixture) : IClassFixture<TFixture>, IAsyncLifetime
    where TFixture : GatewayFixture
{
    private protected TFixture Fixture { get; } = fixture;

    private protected RunningGateway Gateway => Fixture.Gateway;

    /// <summary>Under which the backend counts this test's calls.</summary>
    private protected string Key { get; } = Guid.NewGuid().ToString("N");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Fixture.Library.Ledger.WaitAsync(Key, static counters => counters.Active == 0, Wait.Token());
        await ChildProcesses.AssertNoneAsync();
        Gateway.AssertNoErrors();
    }
}
