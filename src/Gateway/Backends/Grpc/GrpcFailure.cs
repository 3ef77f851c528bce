using System.Net;
using System.Net.Http.Headers;
using Transcoders.Calls;
using Transcoders.Grpc;

namespace Gateway.Backends.Grpc;

/// <summary>Translates what goes wrong on the way to a gRPC server, once, where it enters.</summary>
internal static class GrpcFailure
{
    /// <summary>A transport failure. Before the answer began it is HTTP's 502: the gateway could not reach the server.</summary>
    public static CallStatus ToStatus(Exception exception, bool started)
    {
        if (TransportCause.Find<HttpProtocolException>(exception) is { } protocol)
        {
            var code = GrpcStatusMapping.FromHttp2Error(protocol.ErrorCode);
            return new CallStatus(code, $"The backend reset the call (HTTP/2 error {protocol.ErrorCode}).") { Origin = StatusOrigin.Transport, HttpStatus = 502, IsUnsent = UnsentRequest.Is(exception) };
        }

        if (exception is OperationCanceledException)
        {
            return new CallStatus(StatusCode.Unavailable, "The connection to the backend took too long.") { Origin = StatusOrigin.Transport, HttpStatus = 504, IsUnsent = !started };
        }

        var text = started ? "The connection to the backend was lost." : "The backend cannot be reached: " + TransportCause.Of(exception, "it does not speak HTTP/2.");
        return new CallStatus(StatusCode.Unavailable, text) { Origin = StatusOrigin.Transport, HttpStatus = 502, IsUnsent = !started && UnsentRequest.Is(exception) };
    }

    /// <summary>An answer that is not gRPC; null when it is.</summary>
    public static CallStatus? OfResponse(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            var status = (int)response.StatusCode;
            return new CallStatus(GrpcStatusMapping.FromHttp(status), $"The backend answered with HTTP status {status} instead of gRPC.") { Origin = StatusOrigin.Backend, HttpStatus = 502 };
        }

        var type = ContentType(response.Content.Headers);
        return GrpcHeaders.IsGrpc(type)
            ? null
            : new CallStatus(StatusCode.Internal, $"The backend answered with content-type '{type}' instead of application/grpc.") { Origin = StatusOrigin.Backend, HttpStatus = 502 };
    }

    /// <summary>What cannot be read of an answer is the server's fault: a message over the limit, or no message. Source: PROTOCOLS §10.3.</summary>
    public static CallStatus OfAnswer(CallStatus status) => status.Origin == StatusOrigin.Backend
        ? status
        : new CallStatus(status.Code == StatusCode.ResourceExhausted ? status.Code : StatusCode.Internal, "The backend's answer: " + status.Message) { HttpStatus = 502, Origin = StatusOrigin.Backend };

    private static string ContentType(HttpContentHeaders headers)
    {
        foreach (var header in headers.NonValidated)
        {
            if (header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
            {
                return header.Value.ToString();
            }
        }

        return "";
    }
}
