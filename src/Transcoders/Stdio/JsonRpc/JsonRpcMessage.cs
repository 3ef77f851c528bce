namespace Transcoders.Stdio.JsonRpc;

/// <summary>What a JSON-RPC 2.0 object is. Source: JSON-RPC 2.0 §4, §5.</summary>
public enum JsonRpcKind
{
    /// <summary>A method with an id: it wants an answer.</summary>
    Request,

    /// <summary>A method without an id: it wants none.</summary>
    Notification,

    /// <summary>The answer of a request that succeeded.</summary>
    Result,

    /// <summary>The answer of a request that failed.</summary>
    Error,
}

/// <summary>One JSON-RPC 2.0 object. Its memories are slices of the frame it was read from, valid as long as that is.</summary>
public readonly struct JsonRpcMessage
{
    public required JsonRpcKind Kind { get; init; }

    /// <summary>The id as it was written, a number, a text with its quotes, or `null`; empty for a notification. `1` and `"1"` are two ids.</summary>
    public ReadOnlyMemory<byte> Id { get; init; }

    /// <summary>The method of a request or notification; empty for an answer.</summary>
    public string Method { get; init; }

    /// <summary>`params`, one JSON value; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Params { get; init; }

    /// <summary>`result`, one JSON value; empty unless this is a result.</summary>
    public ReadOnlyMemory<byte> Result { get; init; }

    /// <summary>`error.code`; zero unless this is an error.</summary>
    public int ErrorCode { get; init; }

    /// <summary>`error.message`; empty unless this is an error.</summary>
    public string ErrorMessage { get; init; }

    /// <summary>`error.data`, one JSON value; empty when there is none.</summary>
    public ReadOnlyMemory<byte> ErrorData { get; init; }
}

/// <summary>Why a frame is no JSON-RPC message, ready to be answered with <see cref="JsonRpcWriter.WriteError"/>.</summary>
/// <param name="Code">−32700 when it is no JSON, −32600 when it is no message. Source: JSON-RPC 2.0 §5.1.</param>
/// <param name="Text">What is wrong, and what would be right.</param>
/// <param name="Id">The id where it could be read, a slice of the frame; else empty, which is answered as `null`.</param>
public readonly record struct JsonRpcProblem(int Code, string Text, ReadOnlyMemory<byte> Id);
