using Transcoders.Calls;
using Transcoders.WebSocket;

namespace Gateway.Edges.WebSocket;

/// <summary>The close code of a status: the table, but for a message over the limit, which RFC 6455 §7.4.1 gives its own.</summary>
internal static class WebSocketClose
{
    public static int Code(CallStatus status) =>
        status is { HttpStatus: 413, Origin: StatusOrigin.Client } ? CloseCodeMapping.MessageTooBig : CloseCodeMapping.ToCloseCode(status.Code);
}
