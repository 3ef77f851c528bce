using System.Collections.Frozen;
using Gateway.Backends;
using Transcoders.Calls;

namespace Gateway.Own;

/// <summary>Opens calls to the gateway's own services, as other backends do to servers.</summary>
internal sealed class OwnBackend(FrozenDictionary<string, OwnMethod> methods) : IBackend
{
    public string Protocol => OwnServices.Name;

    public ClientCall Open(CallHead head, Destination destination, CancellationToken cancellationToken) => new OwnCall(methods[head.Method], cancellationToken);
}
