using Transcoders.Calls;

namespace Transcoders.Grpc;

/// <summary>Decodes the body of `application/grpc-web-text` as it arrives: base64 whose padding may stand anywhere between groups of four. Source: gRPC-Web, "Text-encoded".</summary>
/// <remarks>Holds at most one unfinished group between calls. Not safe from two threads.</remarks>
public struct GrpcWebText
{
    private uint _group;
    private int _digits;
    private int _padding;

    /// <summary>True between groups: where a body may end.</summary>
    public readonly bool IsWhole => _digits + _padding == 0;

    /// <summary>Room that <see cref="Decode"/> needs for as many characters.</summary>
    public static int MaxDecoded(int characters) => ((characters + 3) / 4 * 3) + 3;

    /// <summary>Decodes characters; returns the bytes written.</summary>
    /// <exception cref="CallException">INVALID_ARGUMENT for what is no base64.</exception>
    public int Decode(ReadOnlySpan<byte> text, Span<byte> output)
    {
        var written = 0;
        foreach (var character in text)
        {
            if (character == '=')
            {
                _padding++;
                if (_digits < 2)
                {
                    throw Bad();
                }
            }
            else
            {
                var digit = Digit(character);
                if (digit < 0)
                {
                    // Line ends are what some encoders break long text with.
                    if (character is (byte)'\r' or (byte)'\n')
                    {
                        continue;
                    }

                    throw Bad();
                }

                if (_padding > 0)
                {
                    throw Bad();
                }

                _group = (_group << 6) | (uint)digit;
                _digits++;
            }

            if (_digits + _padding == 4)
            {
                written += End(output[written..]);
            }
        }

        return written;
    }

    private int End(Span<byte> output)
    {
        var bits = _group << (6 * _padding);
        var count = 3 - _padding;
        output[0] = (byte)(bits >> 16);
        if (count > 1)
        {
            output[1] = (byte)(bits >> 8);
        }

        if (count > 2)
        {
            output[2] = (byte)bits;
        }

        this = default;
        return count;
    }

    private static int Digit(byte character) => character switch
    {
        >= (byte)'A' and <= (byte)'Z' => character - 'A',
        >= (byte)'a' and <= (byte)'z' => character - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => character - '0' + 52,
        (byte)'+' => 62,
        (byte)'/' => 63,
        _ => -1,
    };

    private static CallException Bad() =>
        new(new CallStatus(StatusCode.InvalidArgument, "The body of application/grpc-web-text is not base64.") { Origin = StatusOrigin.Client });
}
