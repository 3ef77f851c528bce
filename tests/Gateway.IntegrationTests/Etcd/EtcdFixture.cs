using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Etcd;

/// <summary>Sends every request to the JSON gateway that is built into etcd, and to ours before the gRPC port of a second, equal etcd.</summary>
public sealed class EtcdFixture : IAsyncLifetime
{
    internal Dictionary<string, (EtcdAnswer Theirs, EtcdAnswer Ours)> Answers { get; } = new(StringComparer.Ordinal);

    public async Task InitializeAsync()
    {
        if (NeedsTheoryAttribute.Missing("etcd") is not null)
        {
            return;
        }

        var servers = await Task.WhenAll(EtcdServer.StartAsync(), EtcdServer.StartAsync());
        await using var gateway = await RunningGateway.StartAsync(Configuration(servers[1].Address));
        try
        {
            await AskAsync(servers[0], gateway);
        }
        finally
        {
            // Before the gateway, which checks that no child process is left.
            await Task.WhenAll(servers.Select(static server => server.DisposeAsync().AsTask()));
        }
    }

    private async Task AskAsync(EtcdServer etcd, RunningGateway gateway)
    {
        using var theirs = new EtcdSide(etcd.Address);
        using var ours = new EtcdSide(gateway.Url);
        foreach (var request in EtcdCase.All)
        {
            Answers.Add(request.Name, (await theirs.AskAsync(request), await ours.AskAsync(request)));
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    private static string Configuration(Uri etcd) => $$"""
        { "ReverseProxy": {
          "Routes": { "etcd": { "ClusterId": "etcd", "Match": { "Path": "/v3/{**path}" }, "Options": { "Http": { "Compat": "grpc-gateway-v1" } } } },
          "Clusters": { "etcd": { "Protocol": "grpc", "Schema": { "DescriptorSets": [ "{{Path.Combine(AppContext.BaseDirectory, "etcd", "etcd.binpb")}}" ] },
            "Destinations": { "a": { "Address": "{{etcd}}" } } } }
        } }
        """;
}
