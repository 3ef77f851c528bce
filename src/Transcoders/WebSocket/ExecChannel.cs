using System.Text.Encodings.Web;
using System.Text.Json;
using Transcoders.Calls;

namespace Transcoders.WebSocket;

/// <summary>The channels of Kubernetes exec: the first byte of every message. Source: PROTOCOLS §6.2.</summary>
public enum ExecChannel : byte
{
    Stdin = 0,
    Stdout = 1,
    Stderr = 2,

    /// <summary>From the server: how the process ended, as a `metav1.Status`.</summary>
    Error = 3,

    /// <summary>From the client: the size of its terminal.</summary>
    Resize = 4,

    /// <summary>From the client: the channel named by the next byte is closed. Version 5 only.</summary>
    Close = 255,
}

/// <summary>What the last message of an exec socket says.</summary>
public static class ExecStatus
{
    /// <summary>
    /// `{"metadata":{},"status":"Success"}`, or `Failure` with the reason `NonZeroExitCode` and the code among the causes;
    /// a process that had no exit code is an `InternalError`.
    /// </summary>
    public static void Write(PayloadBuffer output, CallStatus status)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(status);
        if (status.IsOk)
        {
            output.Write("{\"metadata\":{},\"status\":\"Success\"}"u8);
            return;
        }

        output.Write("{\"metadata\":{},\"status\":\"Failure\",\"message\":"u8);
        WriteString(output, status.Message);
        if (status.Trailers?.Find(ProcessStreams.ExitCode) is { } code)
        {
            output.Write(",\"reason\":\"NonZeroExitCode\",\"details\":{\"causes\":[{\"reason\":\"ExitCode\",\"message\":"u8);
            WriteString(output, code);
            output.Write("}]}}"u8);
            return;
        }

        output.Write(",\"reason\":\"InternalError\",\"code\":500}"u8);
    }

    private static void WriteString(PayloadBuffer output, string text)
    {
        output.Write("\""u8);
        output.Write(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        output.Write("\""u8);
    }
}
