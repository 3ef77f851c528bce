using Transcoders.Calls;

namespace Gateway.Backends.Http;

/// <summary>Translates what goes wrong on the way to an HTTP server, once, where it enters. Source: PROTOCOLS §10.3.</summary>
internal static class HttpFailure
{
    /// <summary>A transport failure. Before the answer began it is HTTP's 502: the gateway could not reach the server, or did not understand it.</summary>
    public static CallStatus ToStatus(Exception exception, bool started)
    {
        if (started)
        {
            return new CallStatus(StatusCode.Unavailable, "upstream connection lost") { Origin = StatusOrigin.Transport, HttpStatus = 502 };
        }

        if (exception is OperationCanceledException)
        {
            return new CallStatus(StatusCode.Unavailable, "The connection to the backend took too long.") { Origin = StatusOrigin.Transport, HttpStatus = 504, IsUnsent = true };
        }

        // An HTTP/2 connection that ends between two frames is InvalidResponse too, but comes as a failed read: that one is lost, not garbled.
        if (TransportCause.Find<HttpRequestException>(exception) is { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded }
            && TransportCause.Find<HttpIOException>(exception) is null)
        {
            return new CallStatus(StatusCode.Internal, "The backend's answer is not HTTP.") { Origin = StatusOrigin.Backend, HttpStatus = 502 };
        }

        return new CallStatus(StatusCode.Unavailable, "The backend cannot be reached: " + TransportCause.Of(exception, "it does not speak the HTTP version this needs.")) { Origin = StatusOrigin.Transport, HttpStatus = 502, IsUnsent = UnsentRequest.Is(exception) };
    }

    /// <summary>What a reader of answers refuses is the server's fault: a message over the limit, or not what it claims to be.</summary>
    public static CallStatus OfAnswer(CallStatus status) => status.Code == StatusCode.ResourceExhausted
        ? new CallStatus(StatusCode.ResourceExhausted, "The backend's answer: " + status.Message) { HttpStatus = 502, Origin = StatusOrigin.Backend }
        : status.Origin == StatusOrigin.Backend ? status
        : new CallStatus(StatusCode.Internal, "The backend's answer: " + status.Message) { HttpStatus = 502, Origin = StatusOrigin.Backend };
}
