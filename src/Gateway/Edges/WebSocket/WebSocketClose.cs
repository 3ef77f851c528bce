using Transcoders.Calls;
using Transcoders.WebSocket;

namespace Gateway.Edges.WebSocket;

/// <summary>The close code of a status: the table, but for the client's own mistakes which RFC 6455 §7.4.1 gives codes of their own.</summary>
internal static class WebSocketClose
{
    public static int Code(CallStatus status) => status switch
    {
        { HttpStatus: StatusCodes.Status413PayloadTooLarge, Origin: StatusOrigin.Client } => CloseCodeMapping.MessageTooBig,
        { HttpStatus: StatusCodes.Status415UnsupportedMediaType, Origin: StatusOrigin.Client } => CloseCodeMapping.UnsupportedData,
        _ => CloseCodeMapping.ToCloseCode(status.Code),
    };

    /// <summary>A message of a kind that this socket does not carry: close code 1003.</summary>
    public static CallStatus Unsupported(string text) =>
        new(StatusCode.InvalidArgument, text) { HttpStatus = StatusCodes.Status415UnsupportedMediaType, Origin = StatusOrigin.Client };

    /// <summary>The client closed the socket, which ends its calls: nobody is left to be answered.</summary>
    public static CallException ByClient() =>
        new(new CallStatus(StatusCode.Cancelled, "The client closed the socket.") { Origin = StatusOrigin.Client });
}
