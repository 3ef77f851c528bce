using System.Collections.Frozen;
using Gateway.Backends;
using Gateway.Dispatch;

namespace Gateway.Own;

/// <summary>The services that the gateway itself answers for one configuration: reflection and health. Immutable.</summary>
public sealed class OwnServices
{
    /// <summary>What routes, clusters and protocols are called by their names, these are called by.</summary>
    public const string Name = "(gateway)";

    private static readonly Destination Here = new() { ClusterId = Name, Id = Name, Address = "" };

    internal OwnServices(CallRoute route, EdgePlans plans, FrozenDictionary<string, ServedService> services, ReflectedSchema reflected)
    {
        Route = route;
        Plans = plans;
        Services = services;
        Reflected = reflected;
    }

    /// <summary>A route to them, as calls need one. No request is matched against it.</summary>
    public CallRoute Route { get; }

    /// <summary>What can be called, by path.</summary>
    public EdgePlans Plans { get; }

    /// <summary>The one destination of the route.</summary>
    public Destination Destination => Here;

    /// <summary>Every service that can be called through the gateway, these included, by name.</summary>
    public FrozenDictionary<string, ServedService> Services { get; }

    internal ReflectedSchema Reflected { get; }
}
