using Gateway.IntegrationTests.Hosting;
using Gateway.Own;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Samples.Library;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Gateway.IntegrationTests.OwnServices;

/// <summary>grpc.health.v1 served by the gateway: its own readiness, and that of the clusters behind its services.</summary>
public sealed class ServedHealthTests : IDisposable
{
    private readonly OwnProtos _protos = new();

    public void Dispose() => _protos.Dispose();

    [Fact]
    public async Task Check_KnowsTheGatewayItsServicesAndNobodyElse()
    {
        await using var gateway = await RunningGateway.StartAsync(_protos.Zoo());
        using var channel = ReflectionCaller.Open(gateway.Url);
        var client = new Grpc.Health.V1.Health.HealthClient(channel);

        Assert.Equal(ServingStatus.Serving, await CheckAsync(client, ""));
        Assert.Equal(ServingStatus.Serving, await CheckAsync(client, "zoo.Animals"));
        Assert.Equal(ServingStatus.Serving, await CheckAsync(client, "grpc.health.v1.Health"));
        var refused = await Assert.ThrowsAsync<RpcException>(() => CheckAsync(client, "zoo.Nobody"));
        Assert.Equal(StatusCode.NotFound, refused.StatusCode);
        Assert.Contains("'zoo.Nobody'", refused.Status.Detail);
    }

    [Fact]
    public async Task BackendDies_WatchersHearOfIt_AndOfItsReturn()
    {
        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var gateway = await RunningGateway.StartAsync(OwnProtos.Configuration(
            OwnProtos.Route("zoo", "zoo", "/zoo.Animals/{method}"),
            _protos.Cluster("zoo", "a", library.Address.ToString(), """
                , "HealthCheck": { "Active": { "Enabled": true, "Interval": "00:00:00.100", "Timeout": "00:00:10", "Policy": "ConsecutiveFailures" }, "AvailableDestinationsPolicy": "HealthyAndUnknown" },
                "Metadata": { "ConsecutiveFailuresHealthPolicy.Threshold": "1" }
                """)));
        using var channel = ReflectionCaller.Open(gateway.Url);
        var client = new Grpc.Health.V1.Health.HealthClient(channel);
        using var watch = client.Watch(new HealthCheckRequest { Service = "zoo.Animals" }, cancellationToken: Wait.Token());
        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));

        library.Health.SetStatus("", ServingStatus.NotServing);
        Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));
        Assert.Equal(ServingStatus.NotServing, await CheckAsync(client, "zoo.Animals"));
        Assert.Equal(ServingStatus.Serving, await CheckAsync(client, ""));

        library.Health.SetStatus("", ServingStatus.Serving);
        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));

        await library.KillAsync();
        Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));
    }

    [Fact]
    public async Task WatchOfAnUnknownService_WaitsForTheReloadThatBringsIt()
    {
        await using var gateway = await RunningGateway.StartAsync(OwnProtos.Configuration(OwnProtos.Route("a", "zoo", "/zoo.Animals/{method}"), _protos.Cluster("zoo", "a")));
        using var channel = ReflectionCaller.Open(gateway.Url);
        using var watch = new Grpc.Health.V1.Health.HealthClient(channel).Watch(new HealthCheckRequest { Service = "zoo.Vets" }, cancellationToken: Wait.Token());
        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(watch));

        Assert.Empty(await gateway.ReloadAsync(_protos.Zoo()));
        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));

        Assert.Empty(await gateway.ReloadAsync(OwnProtos.Configuration(OwnProtos.Route("a", "zoo", "/zoo.Animals/{method}"), _protos.Cluster("zoo", "a"))));
        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(watch));
    }

    [Fact]
    public async Task Stop_IsToldBeforeItEndsTheWatch()
    {
        var gateway = await RunningGateway.StartAsync(_protos.Zoo());
        Task stopped;
        using (var channel = ReflectionCaller.Open(gateway.Url))
        {
            using var watch = new Grpc.Health.V1.Health.HealthClient(channel).Watch(new HealthCheckRequest(), cancellationToken: Wait.Token());
            Assert.Equal(ServingStatus.Serving, await NextAsync(watch));

            stopped = gateway.DisposeAsync().AsTask();

            Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));
            var end = await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(Wait.Token()));
            Assert.Equal(StatusCode.Unavailable, end.StatusCode);
        }

        await stopped;
    }

    [Fact]
    public async Task WatchesBeyondTheLimit_AreRefused()
    {
        await using var gateway = await RunningGateway.StartAsync(_protos.Zoo());
        var board = gateway.Services.GetRequiredService<HealthBoard>();
        for (var i = 0; i < HealthBoard.MaxWatches - 1; i++)
        {
            Assert.True(board.TryEnter());
        }

        using var channel = ReflectionCaller.Open(gateway.Url);
        var client = new Grpc.Health.V1.Health.HealthClient(channel);
        using (var last = client.Watch(new HealthCheckRequest(), cancellationToken: Wait.Token()))
        {
            Assert.Equal(ServingStatus.Serving, await NextAsync(last));
            using var refused = client.Watch(new HealthCheckRequest(), cancellationToken: Wait.Token());
            var end = await Assert.ThrowsAsync<RpcException>(() => refused.ResponseStream.MoveNext(Wait.Token()));
            Assert.Equal(StatusCode.ResourceExhausted, end.StatusCode);
        }

        // Who leaves makes room.
        await Wait.UntilAsync(board.TryEnter, "the last watch is counted out");
    }

    private static async Task<ServingStatus> CheckAsync(Grpc.Health.V1.Health.HealthClient client, string service) =>
        (await client.CheckAsync(new HealthCheckRequest { Service = service }, cancellationToken: Wait.Token())).Status;

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> watch)
    {
        Assert.True(await watch.ResponseStream.MoveNext(Wait.Token()));
        return watch.ResponseStream.Current.Status;
    }
}
