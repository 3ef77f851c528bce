using Transcoders.Calls;

namespace Gateway.Telemetry;

/// <summary>The metric tags of one route, edge and backend, made once so that a call makes none.</summary>
/// <remarks>Route and protocol names come from the configuration, never from a client: the number of series is bounded by the file.</remarks>
public sealed class CallLabels
{
    private readonly KeyValuePair<string, object?>[][] _byStatus = new KeyValuePair<string, object?>[StatusCodeNames.Count][];

    public CallLabels(string route, string edge, string backend)
    {
        Route = new("gateway.route", route);
        Edge = new("gateway.edge", edge);
        Backend = new("gateway.backend", backend);
        Common = [Route, Edge, Backend];
        Requests = [Route, Edge, Backend, new("direction", "request")];
        Responses = [Route, Edge, Backend, new("direction", "response")];
        for (var code = 0; code < StatusCodeNames.Count; code++)
        {
            _byStatus[code] = [Route, Edge, Backend, new("status", StatusCodeNames.Name((StatusCode)code))];
        }
    }

    public KeyValuePair<string, object?> Route { get; }

    public KeyValuePair<string, object?> Edge { get; }

    public KeyValuePair<string, object?> Backend { get; }

    public KeyValuePair<string, object?>[] Common { get; }

    public KeyValuePair<string, object?>[] Requests { get; }

    public KeyValuePair<string, object?>[] Responses { get; }

    /// <summary>Where calls under these labels are counted; set by the telemetry at the first of them.</summary>
    internal CallCounts? Counts { get; set; }

    public KeyValuePair<string, object?>[] With(StatusCode code) => _byStatus[(int)code];
}
