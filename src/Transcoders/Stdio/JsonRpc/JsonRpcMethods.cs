namespace Transcoders.Stdio.JsonRpc;

/// <summary>
/// The notifications by which a JSON-RPC peer carries streams; `id` is the id of the request they belong to. Source: PROTOCOLS §10.4.
/// </summary>
/// <remarks>
/// <code>
/// one request        {"id":1,"method":m,"params":M}
/// many requests      {"id":1,"method":m} · $/msg {id,seq,data}* · $/half {id}
/// one answer         {"id":1,"result":M}
/// many answers       $/msg {id,seq,data}* · {"id":1,"result":null}     a result that is not null is the last message
/// failure            {"id":1,"error":{…}}                              at any point
/// </code>
/// </remarks>
public static class JsonRpcMethods
{
    /// <summary>One message of a stream, in either direction.</summary>
    public const string Message = "$/msg";

    /// <summary>The client sends no more messages.</summary>
    public const string Half = "$/half";

    /// <summary>The client no longer wants the answer. The name is LSP's.</summary>
    public const string Cancel = "$/cancelRequest";
}
