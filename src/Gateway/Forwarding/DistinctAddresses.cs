using System.Collections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Gateway.Forwarding;

/// <summary>Shows each address of the server once, though Kestrel knows two listeners of it. In place before the server starts and logs its addresses.</summary>
internal sealed class DistinctAddresses(IServer server) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (server.Features.Get<IServerAddressesFeature>() is { } addresses and not View)
        {
            server.Features.Set<IServerAddressesFeature>(new View(addresses));
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>A live view: the host takes it before the server starts and reads it afterwards. Read-only, so that the host adds no `urls` of its own.</summary>
    private sealed class View(IServerAddressesFeature inner) : IServerAddressesFeature, ICollection<string>
    {
        public ICollection<string> Addresses => this;

        public bool PreferHostingUrls
        {
            get => inner.PreferHostingUrls;
            set => inner.PreferHostingUrls = value;
        }

        public int Count => Distinct().Count();

        public bool IsReadOnly => true;

        public bool Contains(string item) => inner.Addresses.Contains(item);

        public void CopyTo(string[] array, int arrayIndex) => Distinct().ToArray().CopyTo(array, arrayIndex);

        public IEnumerator<string> GetEnumerator() => Distinct().GetEnumerator();

        public void Add(string item) => throw ReadOnly();

        public void Clear() => throw ReadOnly();

        public bool Remove(string item) => throw ReadOnly();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        private IEnumerable<string> Distinct() => inner.Addresses.Distinct(StringComparer.OrdinalIgnoreCase);

        private static NotSupportedException ReadOnly() => new("Addresses are set through UseGatewayListeners.");
    }
}
