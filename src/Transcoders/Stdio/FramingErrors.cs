using System.Diagnostics.CodeAnalysis;
using Transcoders.Calls;

namespace Transcoders.Stdio;

/// <summary>What a process wrote and no framing can take. All are 502: it is the server that was wrong, not the client.</summary>
internal static class FramingErrors
{
    /// <summary>RESOURCE_EXHAUSTED for more than <paramref name="limit"/> bytes; <paramref name="what"/> is `a line`, `a message`.</summary>
    public static void ThrowIfOver(long length, int limit, string what)
    {
        if (length > limit)
        {
            Throw(StatusCode.ResourceExhausted, $"The process wrote {what} longer than the limit of {limit} bytes.");
        }
    }

    /// <summary>INTERNAL: the output ended within a message.</summary>
    [DoesNotReturn]
    public static void ThrowCutOff() => Throw(StatusCode.Internal, "The process ended its output in the middle of a message.");

    /// <summary>INTERNAL: the bytes are not of the framing the configuration names.</summary>
    [DoesNotReturn]
    public static void ThrowGarbage(string expected) => Throw(StatusCode.Internal, $"The process wrote something else than {expected}.");

    [DoesNotReturn]
    private static void Throw(StatusCode code, string text) =>
        throw new CallException(new CallStatus(code, text) { HttpStatus = 502, Origin = StatusOrigin.Backend });
}
