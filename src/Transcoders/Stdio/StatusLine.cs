using System.Diagnostics.CodeAnalysis;
using Transcoders.Calls;

namespace Transcoders.Stdio;

/// <summary>
/// A status a process prints as its last line on stderr, or as its only output: google.rpc.Status as JSON, `{"code":5,"message":"no item a"}`.
/// </summary>
public static class StatusLine
{
    /// <summary>False when the text is no JSON object with a failing code; a process that failed cannot claim OK.</summary>
    /// <param name="line">The text; white space around it does not matter.</param>
    /// <param name="statuses">Reads it, details included.</param>
    /// <param name="status">The status.</param>
    public static bool TryParse(ReadOnlySpan<byte> line, StatusReader statuses, [NotNullWhen(true)] out CallStatus? status)
    {
        ArgumentNullException.ThrowIfNull(statuses);
        status = null;
        line = line.Trim(" \t\r\n"u8);

        // Most lines on stderr are prose: they are not worth a reader.
        if (line.IsEmpty || line[0] != (byte)'{' || statuses.Read(line) is not { IsOk: false } told)
        {
            return false;
        }

        status = new CallStatus(told.Code, told.Message) { Details = told.Details, Origin = StatusOrigin.Backend };
        return true;
    }
}
