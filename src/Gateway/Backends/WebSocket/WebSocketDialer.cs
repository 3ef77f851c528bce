using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.WebSocket;

namespace Gateway.Backends.WebSocket;

/// <summary>Opens the socket of one call. Source: RFC 6455 §4.1.</summary>
/// <remarks>
/// The handshake is an HTTP request of the cluster's own client, so TLS, limits and trace context are those of the cluster.
/// Not ClientWebSocket: it does not show the body of a refusal, which says why.
/// </remarks>
internal sealed class WebSocketDialer(
    WebSocketPlan plan, StatusReader statuses, ErrorBodyReader errors, TimeProvider clock, CallHead head, Destination destination)
{
    private const string AcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    public WebSocketPlan Plan => plan;

    public StatusReader Statuses => statuses;

    public TimeProvider Clock => clock;

    public CallHead Head => head;

    /// <summary>Where the socket is opened.</summary>
    /// <param name="request">The first request in JSON; empty where the path needs none.</param>
    /// <exception cref="CallException">INVALID_ARGUMENT when the path cannot be made of the request.</exception>
    public Uri Target(ReadOnlySpan<byte> request)
    {
        var path = plan.Path?.Render(request) ?? (plan.HasSchema ? "/" + head.Method : head.Target);
        if (plan is { Path: not null, HasSchema: false } && head.Target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var question)
        {
            path += path.Contains('?') ? "&" + head.Target[(question + 1)..] : head.Target[question..];
        }

        // As it came: a client's %2F stays what it is.
        return new Uri(destination.Address.TrimEnd('/') + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }

    /// <summary>Connects and shakes hands. It throws for a cancellation only.</summary>
    public async Task<Dialled> DialAsync(Uri target, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(plan.Settings.ConnectTimeout, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        HttpResponseMessage? response = null;
        try
        {
            var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
            response = await destination.Invoker!.SendAsync(Handshake(target, key), both.Token);
            if (response.StatusCode != HttpStatusCode.SwitchingProtocols)
            {
                return Dialled.Refused(await HandshakeRefusal.ReadAsync(response, errors, both.Token));
            }

            if (Violation(response, key, out var subprotocol) is { } text)
            {
                return Dialled.Refused(new CallStatus(StatusCode.Internal, text) { HttpStatus = 502, Origin = StatusOrigin.Backend });
            }

            var connection = new PingingStream(await response.Content.ReadAsStreamAsync(both.Token), plan.Settings.PingInterval, plan.Settings.PongTimeout, clock);
            var socket = System.Net.WebSockets.WebSocket.CreateFromStream(connection, new WebSocketCreationOptions { SubProtocol = subprotocol, KeepAliveInterval = TimeSpan.Zero });
            var metadata = Metadata(response.Headers);

            // The socket owns the connection from here on.
            response = null;
            return new Dialled(new UpstreamSocket(socket, head.MessageSize, clock), subprotocol, metadata, null);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Dialled.Refused(new CallStatus(StatusCode.Unavailable, "The WebSocket handshake with the backend took too long.")
            {
                HttpStatus = 504, Origin = StatusOrigin.Transport, IsUnsent = true,
            });
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return Dialled.Refused(HandshakeRefusal.OfTransport(e));
        }
        finally
        {
            response?.Dispose();
        }
    }

    private HttpRequestMessage Handshake(Uri target, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, target)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var headers = request.Headers;
        headers.TryAddWithoutValidation("Connection", "Upgrade");
        headers.TryAddWithoutValidation("Upgrade", "websocket");
        headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        headers.TryAddWithoutValidation("Sec-WebSocket-Key", key);
        if (plan.Subprotocols.Count > 0)
        {
            headers.TryAddWithoutValidation("Sec-WebSocket-Protocol", string.Join(", ", plan.Subprotocols));
        }

        if (head.Deadline.IsSet)
        {
            headers.TryAddWithoutValidation("x-request-timeout-ms", Milliseconds(head.Deadline.Remaining(clock)));
        }

        foreach (ref readonly var entry in head.Metadata.AsSpan())
        {
            headers.TryAddWithoutValidation(entry.Key, entry.Value);
        }

        return request;
    }

    private static string Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>What makes a 101 no handshake of ours; null when it is one.</summary>
    private string? Violation(HttpResponseMessage response, string key, out string? subprotocol)
    {
        subprotocol = Header(response.Headers, "Sec-WebSocket-Protocol");
#pragma warning disable CA5350 // RFC 6455 §4.2.2 wants SHA-1; it proves that the server read the request, and protects nothing.
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptSuffix)));
#pragma warning restore CA5350
        if (Header(response.Headers, "Sec-WebSocket-Accept") != accept)
        {
            return "The backend answered the WebSocket handshake with a wrong key.";
        }

        if (subprotocol is not null && !plan.Subprotocols.Contains(subprotocol))
        {
            return $"The backend chose the subprotocol '{subprotocol}', which was not offered.";
        }

        return plan.IsEnvelope && subprotocol != Subprotocols.Envelope
            ? $"The backend did not choose the subprotocol {Subprotocols.Envelope}, which this cluster is configured for."
            : null;
    }

    private static string? Header(HttpResponseHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    private static CallMetadata? Metadata(HttpResponseHeaders headers)
    {
        CallMetadata? metadata = null;
        foreach (var header in headers.NonValidated)
        {
            foreach (var value in header.Value)
            {
                if (!ReservedMetadata.Contains(header.Key) && MetadataText.IsName(header.Key) && MetadataText.IsValue(value))
                {
                    (metadata ??= new CallMetadata(4)).Add(header.Key, value);
                }
            }
        }

        return metadata;
    }

    /// <summary>What became of a dial.</summary>
    /// <param name="Socket">Open; null when there is a failure.</param>
    /// <param name="Subprotocol">The one the server chose; null for none.</param>
    /// <param name="Metadata">Of the handshake's answer; null when there is none.</param>
    /// <param name="Failure">Why there is no socket.</param>
    public sealed record Dialled(UpstreamSocket? Socket, string? Subprotocol, CallMetadata? Metadata, CallStatus? Failure)
    {
        public static Dialled Refused(CallStatus failure) => new(null, null, null, failure);
    }
}
