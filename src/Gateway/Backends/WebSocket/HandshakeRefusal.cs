using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Unicode;
using Transcoders.Calls;
using Transcoders.WebSocket;

namespace Gateway.Backends.WebSocket;

/// <summary>Why a socket could not be opened, as a status. Source: PROTOCOLS §10.7 cell 1.</summary>
/// <remarks>No message of a call is sent before its handshake, which is a GET: unless the server itself says no, another may be asked.</remarks>
internal static class HandshakeRefusal
{
    /// <summary>Most bytes of a refusal's body that are read.</summary>
    private const int MaxBody = 64 * 1024;

    /// <summary>An HTTP answer instead of a socket: 4xx is the client's to know, with the words of its body; everything else is a bad gateway.</summary>
    public static async ValueTask<CallStatus> ReadAsync(HttpResponseMessage response, StatusReader statuses, CancellationToken cancellationToken)
    {
        var http = (int)response.StatusCode;
        if (http is < 400 or >= 500)
        {
            return new CallStatus(StatusCode.Unavailable, $"upstream handshake: {http}") { HttpStatus = 502, Origin = StatusOrigin.Backend, IsUnsent = true };
        }

        var body = await ReadBodyAsync(response, cancellationToken);
        var (code, message, details) = Understand(body, response.Content.Headers.ContentType?.MediaType ?? "", statuses);
        return new CallStatus(code ?? CloseCodeMapping.FromCloseCode(4000 + http, default), message ?? $"upstream handshake: {http}")
        {
            HttpStatus = http,
            Origin = StatusOrigin.Backend,
            Details = details,
            RetryAfter = response.Headers.RetryAfter?.Delta,
        };
    }

    /// <summary>No answer at all. Words of our own for the client: an exception's text may name hosts inside.</summary>
    public static CallStatus OfTransport(Exception exception) => new(StatusCode.Unavailable, "The backend cannot be reached: " + Cause(exception))
    {
        HttpStatus = 502,
        Origin = StatusOrigin.Transport,
        IsUnsent = true,
    };

    private static async ValueTask<ReadOnlyMemory<byte>> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = new byte[MaxBody];
        var length = 0;
        try
        {
            using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            length = await stream.ReadAtLeastAsync(body, MaxBody, throwOnEndOfStream: false, cancellationToken);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // A refusal whose words were cut off is still one.
            return default;
        }

        return body.AsMemory(0, length);
    }

    /// <summary>google.rpc.Status, the error of AIP-193 (`{"error":{"status":"NOT_FOUND","message":…}}`), problem+json (RFC 9457) or plain text.</summary>
    private static (StatusCode? Code, string? Message, ReadOnlyMemory<byte> Details) Understand(
        ReadOnlyMemory<byte> body, string mediaType, StatusReader statuses)
    {
        if (body.IsEmpty || !Utf8.IsValid(body.Span))
        {
            return default;
        }

        if (statuses.Read(body.Span) is { IsOk: false } status)
        {
            return (status.Code, status.Message, status.Details);
        }

        if (JsonMember.Find(body.Span, "error.message") is { } message)
        {
            var code = WebSocketPlan.CodeOf(JsonMember.Find(body.Span, "error.status"));
            return (code is StatusCode.Ok ? null : code, message, default);
        }

        if ((JsonMember.Find(body.Span, "detail") ?? JsonMember.Find(body.Span, "message") ?? JsonMember.Find(body.Span, "title")) is { } text)
        {
            return (null, text, default);
        }

        return mediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase) ? (null, Encoding.UTF8.GetString(body.Span).Trim(), default) : default;
    }

    private static string Cause(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            switch (exception)
            {
                case AuthenticationException:
                    return "the TLS handshake failed.";
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return "connection refused.";
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData }:
                    return "its name does not resolve.";
                case SocketException { SocketErrorCode: SocketError.HostUnreachable or SocketError.NetworkUnreachable }:
                    return "no route to host.";
                default:
                    break;
            }
        }

        return "the connection failed.";
    }
}
