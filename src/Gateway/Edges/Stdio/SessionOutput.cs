using Gateway.Dispatch;
using Transcoders.Calls;
using Transcoders.Stdio;
using Transcoders.Stdio.JsonRpc;

namespace Gateway.Edges.Stdio;

/// <summary>What a session says: JSON-RPC messages, each in its frame, from any number of calls at once.</summary>
internal sealed class SessionOutput(StdioOutput output, StdioFraming framing)
{
    /// <summary>Fires when nobody reads it any more.</summary>
    public CancellationToken Broken => output.Broken;

    /// <summary>Sends one message.</summary>
    /// <exception cref="CallException">CANCELLED when the reader has gone.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        using var frame = new PayloadBuffer(int.MaxValue);
        framing.Write(json.Span, frame);
        await output.WriteAsync(frame.WrittenMemory, cancellationToken);
    }

    /// <summary>Refuses what is no message.</summary>
    public async ValueTask RefuseAsync(ReadOnlyMemory<byte> id, int code, string text)
    {
        using var json = new PayloadBuffer(int.MaxValue);
        JsonRpcWriter.WriteError(json, id.Span, code, text, default);
        await TellAsync(json);
    }

    /// <summary>Answers a request with how its call failed.</summary>
    public async ValueTask FailAsync(ReadOnlyMemory<byte> id, CallStatus status, CallRoute route)
    {
        using var data = new PayloadBuffer(int.MaxValue);
        using var json = new PayloadBuffer(int.MaxValue);
        route.StatusWriter.Write(status, data);
        JsonRpcWriter.WriteError(json, id.Span, JsonRpcStatusMapping.ToCode(status.Code), status.Message, data.WrittenSpan);
        await TellAsync(json);
    }

    /// <summary>Sends what nobody waits for but the peer: when it has gone, nobody does.</summary>
    public async ValueTask TellAsync(PayloadBuffer json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            await WriteAsync(json.WrittenMemory, CancellationToken.None);
        }
        catch (CallException)
        {
            // The session sees it too, by its token.
        }
    }
}
