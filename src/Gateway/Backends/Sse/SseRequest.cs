using Gateway.Backends.Http;
using Gateway.Configuration;
using Transcoders.Calls;
using Transcoders.HttpRules;
using Transcoders.Sse;

namespace Gateway.Backends.Sse;

/// <summary>The request for one stream, made once and sent as often as the stream is resumed.</summary>
internal sealed class SseRequest
{
    private const string LastEventId = "Last-Event-ID";

    private readonly CallHead _head;
    private readonly Destination _destination;
    private readonly string _verb;
    private readonly string _target;
    private readonly byte[]? _body;
    private readonly string? _contentType;
    private readonly bool _tellsTimeout;

    private SseRequest(CallHead head, Destination destination, ClusterSettings cluster, string verb, string target, byte[]? body, string? contentType)
    {
        _head = head;
        _destination = destination;
        _verb = verb;
        _body = body;
        _contentType = contentType;
        _tellsTimeout = cluster.Http.TimeoutHeader;
        (_target, var cursor) = TakeCursor(target, cluster.Sse.CursorQuery);
        Cursor = cursor ?? head.Cursor ?? head.Metadata.Find(LastEventId);
    }

    /// <summary>True for a request that does more than ask.</summary>
    public bool HasBody => _body is not null;

    /// <summary>Where the client wants the stream to go on; null at its beginning.</summary>
    public string? Cursor { get; }

    /// <summary>Without a schema the client's own request: its verb, its target, its body.</summary>
    /// <exception cref="CallException">INVALID_ARGUMENT: a message where a GET has no room for one.</exception>
    public static SseRequest Opaque(CallHead head, Destination destination, ClusterSettings cluster, in Message message)
    {
        var takesBody = head.Verb is not ("GET" or "HEAD");
        if (!takesBody && !message.Payload.IsEmpty)
        {
            throw new CallException(new CallStatus(StatusCode.InvalidArgument, "An event stream that is asked for with GET takes no message; send it with POST.") { Origin = StatusOrigin.Client });
        }

        var type = head.ContentType ?? (message.Format == PayloadFormat.Json ? "application/json" : message.Format == PayloadFormat.Text ? "text/plain; charset=utf-8" : "application/octet-stream");
        return new SseRequest(head, destination, cluster, takesBody ? head.Verb : "GET", head.Target, takesBody ? message.Payload.ToArray() : null, takesBody ? type : null);
    }

    /// <summary>With a schema the request that the method's rule describes.</summary>
    /// <exception cref="CallException">UNIMPLEMENTED: there is no such request; or what the message has of its own to refuse.</exception>
    public static SseRequest Woven(CallHead head, Destination destination, ClusterSettings cluster, RestMethod method, in Message message, CallLimits limits)
    {
        using var body = new PayloadBuffer(limits.MessageSize);
        var way = method.Unweave(message.Payload, body, out var unwoven);
        return new SseRequest(head, destination, cluster, way.Verb, unwoven.Target, unwoven.HasBody ? body.WrittenSpan.ToArray() : null, unwoven.ContentType);
    }

    /// <summary>The request, to go on after <paramref name="lastEventId"/>; empty to begin.</summary>
    public HttpRequestMessage Make(string lastEventId, TimeProvider clock)
    {
        var request = HttpRequests.Make(_head, _destination, _verb, _target, _body is null ? null : new ByteArrayContent(_body), _contentType);
        request.Headers.TryAddWithoutValidation("Accept", SseTraits.ContentType);
        request.Headers.TryAddWithoutValidation("Cache-Control", "no-store");
        request.Headers.Remove(LastEventId);
        if (lastEventId.Length > 0)
        {
            request.Headers.TryAddWithoutValidation(LastEventId, lastEventId);
        }

        if (_tellsTimeout)
        {
            HttpRequests.AddTimeout(request, _head.Deadline, clock);
        }

        return request;
    }

    /// <summary>Takes a parameter out of the query: `/feed?cursor=41&amp;a=b` → `/feed?a=b` and `41`.</summary>
    internal static (string Target, string? Cursor) TakeCursor(string target, string? name)
    {
        var question = target.IndexOf('?', StringComparison.Ordinal);
        if (name is null || question < 0)
        {
            return (target, null);
        }

        string? cursor = null;
        var kept = new List<string>();
        foreach (var pair in target[(question + 1)..].Split('&'))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (Uri.UnescapeDataString(equals < 0 ? pair : pair[..equals]) == name)
            {
                var value = equals < 0 ? "" : Uri.UnescapeDataString(pair[(equals + 1)..].Replace('+', ' '));
                cursor = value.Length > 0 && MetadataText.IsValue(value) ? value : cursor;
            }
            else
            {
                kept.Add(pair);
            }
        }

        return (kept.Count == 0 ? target[..question] : target[..(question + 1)] + string.Join('&', kept), cursor);
    }
}
