using Gateway.Backends;
using Gateway.Model;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using DestinationModel = Yarp.ReverseProxy.Model.DestinationModel;

namespace Gateway.Forwarding;

/// <summary>Asks each destination after its health in its own protocol, so that YARP's active policies work for every cluster.</summary>
internal sealed class HealthProbes(IProbingRequestFactory http, YarpConfigProvider provider) : IProbingRequestFactory
{
    public HttpRequestMessage CreateRequest(Yarp.ReverseProxy.Model.ClusterModel cluster, DestinationModel destination)
    {
        var model = (GatewayModel)provider.Latest.Model!;
        if (!model.Clusters.TryGetValue(cluster.Config.ClusterId, out var compiled) || compiled.Registration.Probe is not { } probe)
        {
            return http.CreateRequest(cluster, destination);
        }

        var request = probe(compiled.Settings, model.Config, destination.Config.Health ?? destination.Config.Address);
        if (request is HealthProbe { AsksConfiguredPath: true })
        {
            using var plain = http.CreateRequest(cluster, destination);
            request.RequestUri = plain.RequestUri;
        }

        return request;
    }

    /// <summary>YARP's HTTP clients, with a step that reads the answers to such probes, and with our spans as the parents of the backends'.</summary>
    internal sealed class ClientFactory : ForwarderHttpClientFactory
    {
        protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
        {
            base.ConfigureHandler(context, handler);
            if (handler.ActivityHeadersPropagator is { } propagator)
            {
                handler.ActivityHeadersPropagator = new SpanPropagator(propagator);
            }
        }

        protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler) =>
            new ProbeHandler(base.WrapHandler(context, handler));
    }

    /// <summary>Turns a probe's answer into an HTTP status, which is all that YARP's policies look at. Other requests pass.</summary>
    private sealed class ProbeHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            request is HealthProbe probe
                ? probe.RunAsync(base.SendAsync, cancellationToken)
                : base.SendAsync(request, cancellationToken);
    }
}
