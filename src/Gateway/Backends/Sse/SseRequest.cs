using System.Net;
using System.Net.Http.Headers;
using Gateway.Configuration;
using Transcoders.Calls;
using Transcoders.HttpRules;
using Transcoders.Sse;

namespace Gateway.Backends.Sse;

/// <summary>The request for one stream, made once and sent as often as the stream is resumed.</summary>
internal sealed class SseRequest
{
    private const string LastEventId = "Last-Event-ID";

    private readonly HttpMethod _verb;
    private readonly Uri _target;
    private readonly CallHead _head;
    private readonly byte[]? _body;
    private readonly string? _contentType;

    private SseRequest(HttpMethod verb, Uri target, CallHead head, byte[]? body, string? contentType, string? cursor)
    {
        _verb = verb;
        _target = target;
        _head = head;
        _body = body;
        _contentType = contentType;
        Cursor = cursor;
    }

    /// <summary>True for a request that does more than ask.</summary>
    public bool HasBody => _body is not null;

    /// <summary>Where the client wants the stream to go on; null at its beginning.</summary>
    public string? Cursor { get; }

    /// <summary>Without a schema the client's own request: its verb, its target, its body.</summary>
    /// <exception cref="CallException">INVALID_ARGUMENT: a message where a GET has no room for one.</exception>
    public static SseRequest Opaque(CallHead head, Destination destination, SseSettings settings, in Message message)
    {
        var takesBody = head.Verb is not ("GET" or "HEAD");
        if (!takesBody && !message.Payload.IsEmpty)
        {
            throw new CallException(new CallStatus(StatusCode.InvalidArgument, "An event stream that is asked for with GET takes no message; send it with POST.") { Origin = StatusOrigin.Client });
        }

        var verb = takesBody ? new HttpMethod(head.Verb) : HttpMethod.Get;
        var type = head.ContentType ?? (message.Format == PayloadFormat.Json ? "application/json" : message.Format == PayloadFormat.Text ? "text/plain; charset=utf-8" : "application/octet-stream");
        var (target, cursor) = TakeCursor(head.Target, settings.CursorQuery);
        return new SseRequest(verb, Address(destination, target), head, takesBody ? message.Payload.ToArray() : null, takesBody ? type : null, cursor ?? head.Cursor);
    }

    /// <summary>With a schema the request that the method's rule describes.</summary>
    /// <exception cref="CallException">UNIMPLEMENTED: there is no such request; or what the message has of its own to refuse.</exception>
    public static SseRequest Woven(CallHead head, Destination destination, SseSettings settings, RestMethod method, in Message message, CallLimits limits)
    {
        if (method.Unweaver is not { } unweaver)
        {
            throw new CallException(new CallStatus(StatusCode.Unimplemented, $"{method.Method.FullName} cannot be asked for over HTTP: {method.Problem}"));
        }

        using var body = new PayloadBuffer(limits.MessageSize);
        var unwoven = unweaver.Unweave(message.Payload, body);
        var (target, cursor) = TakeCursor(unwoven.Target, settings.CursorQuery);
        return new SseRequest(
            new HttpMethod(unweaver.Verb), Address(destination, target), head, unwoven.HasBody ? body.WrittenSpan.ToArray() : null, unwoven.ContentType, cursor ?? head.Cursor);
    }

    /// <summary>The request, to go on after <paramref name="lastEventId"/>; empty to begin.</summary>
    public HttpRequestMessage Make(string lastEventId, TimeProvider clock)
    {
        var request = new HttpRequestMessage(_verb, _target) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
        foreach (ref readonly var entry in _head.Metadata.AsSpan())
        {
            request.Headers.TryAddWithoutValidation(entry.Key, entry.Value);
        }

        request.Headers.TryAddWithoutValidation("Accept", SseTraits.ContentType);
        request.Headers.TryAddWithoutValidation("Cache-Control", "no-store");
        if (lastEventId.Length > 0)
        {
            request.Headers.TryAddWithoutValidation(LastEventId, lastEventId);
        }

        if (_head.Deadline.IsSet)
        {
            var left = (long)Math.Max(1, _head.Deadline.Remaining(clock).TotalMilliseconds);
            request.Headers.TryAddWithoutValidation("x-request-timeout-ms", left.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        if (_body is not null)
        {
            request.Content = new ByteArrayContent(_body);
            if (_contentType is not null && MediaTypeHeaderValue.TryParse(_contentType, out var type))
            {
                request.Content.Headers.ContentType = type;
            }
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

    private static Uri Address(Destination destination, string target) =>
        new(destination.Address.TrimEnd('/') + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
}
