using System.Buffers.Binary;
using System.Text;

namespace Transcoders.Calls;

/// <summary>
/// Makes and finds details of a status, which are a serialised google.rpc.Status: the few that the gateway speaks itself.
/// Field numbers as google/rpc/status.proto and google/rpc/error_details.proto declare them.
/// </summary>
public static class StatusDetails
{
    private const int Length = 2;
    private const string TypePrefix = "type.googleapis.com/google.rpc.";

    /// <summary>When the client may try again: what the wire said of it, else a google.rpc.RetryInfo among the details; null when nobody said.</summary>
    public static TimeSpan? RetryDelay(CallStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        return status.RetryAfter ?? (status.Details.IsEmpty ? null : FindRetryDelay(status.Details.Span));
    }

    /// <summary>The status's details, with a google.rpc.RetryInfo where it knows a delay and they do not say it.</summary>
    public static ReadOnlyMemory<byte> WithRetryInfo(CallStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        if (status.IsOk || status.RetryAfter is not { } delay || delay < TimeSpan.Zero || FindRetryDelay(status.Details.Span) is not null)
        {
            return status.Details;
        }

        using var output = new PayloadBuffer(int.MaxValue);
        if (status.Details.IsEmpty)
        {
            WriteStatus(output, status.Code, status.Message);
        }

        // Messages merge by concatenation: one more detail is appended to a list.
        output.Write(status.Details.Span);
        using var duration = new PayloadBuffer(int.MaxValue);
        WriteInteger(duration, 1, delay.Ticks / TimeSpan.TicksPerSecond);
        WriteInteger(duration, 2, delay.Ticks % TimeSpan.TicksPerSecond * 100);
        using var info = new PayloadBuffer(int.MaxValue);
        WriteBytes(info, 1, duration.WrittenSpan);
        WriteDetail(output, "RetryInfo", info.WrittenSpan);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>A google.rpc.BadRequest with one violation, for an INVALID_ARGUMENT of this message.</summary>
    /// <param name="message">The status's message.</param>
    /// <param name="field">Path of the field, as in JSON: `book.tags[3]`; empty for the request as a whole.</param>
    /// <param name="description">What is wrong, and what would be right.</param>
    /// <param name="reason">The kind of mistake in UPPER_SNAKE_CASE; null for none.</param>
    public static ReadOnlyMemory<byte> BadRequest(string message, string field, string description, string? reason)
    {
        using var violation = new PayloadBuffer(int.MaxValue);
        WriteText(violation, 1, field);
        WriteText(violation, 2, description);
        if (reason is not null)
        {
            WriteText(violation, 3, reason);
        }

        using var bad = new PayloadBuffer(int.MaxValue);
        WriteBytes(bad, 1, violation.WrittenSpan);
        using var status = new PayloadBuffer(int.MaxValue);
        WriteStatus(status, StatusCode.InvalidArgument, message);
        WriteDetail(status, "BadRequest", bad.WrittenSpan);
        return status.WrittenSpan.ToArray();
    }

    private static TimeSpan? FindRetryDelay(ReadOnlySpan<byte> status)
    {
        while (TryRead(ref status, out var number, out _, out var any))
        {
            if (number == 3 && Value(any, "RetryInfo"u8, out var info))
            {
                return RetryDelay(info);
            }
        }

        return null;
    }

    private static TimeSpan? RetryDelay(ReadOnlySpan<byte> info)
    {
        while (TryRead(ref info, out var number, out _, out var duration))
        {
            if (number != 1)
            {
                continue;
            }

            long seconds = 0;
            long nanos = 0;
            while (TryRead(ref duration, out var part, out var integer, out _))
            {
                seconds = part == 1 ? (long)integer : seconds;
                nanos = part == 2 ? (long)integer : nanos;
            }

            // The most a google.protobuf.Duration holds is more than a TimeSpan's multiplication bears.
            seconds = Math.Clamp(seconds, 0, (long)TimeSpan.FromDays(3650).TotalSeconds);
            return TimeSpan.FromSeconds(seconds) + TimeSpan.FromTicks(Math.Clamp(nanos, 0, 999_999_999) / 100);
        }

        return null;
    }

    /// <summary>True for an Any of that type of google.rpc.</summary>
    private static bool Value(ReadOnlySpan<byte> any, ReadOnlySpan<byte> type, out ReadOnlySpan<byte> value)
    {
        value = default;
        var isType = false;
        while (TryRead(ref any, out var number, out _, out var bytes))
        {
            if (number == 1)
            {
                var slash = bytes.LastIndexOf((byte)'/');
                isType = slash >= 0 && bytes[(slash + 1)..].StartsWith("google.rpc."u8) && bytes[(slash + 12)..].SequenceEqual(type);
            }
            else if (number == 2)
            {
                value = bytes;
            }
        }

        return isType;
    }

    /// <summary>Cuts a field off the front; false at the end and at what is no message.</summary>
    private static bool TryRead(scoped ref ReadOnlySpan<byte> message, out int number, out ulong integer, out ReadOnlySpan<byte> bytes)
    {
        number = 0;
        integer = 0;
        bytes = default;
        if (message.IsEmpty || !TryReadVarint(ref message, out var tag))
        {
            return false;
        }

        number = (int)(tag >> 3);
        switch (tag & 7)
        {
            case 0:
                return TryReadVarint(ref message, out integer);
            case Length when TryReadVarint(ref message, out var length) && length <= (ulong)message.Length:
                bytes = message[..(int)length];
                message = message[(int)length..];
                return true;
            case 1 when message.Length >= 8:
                integer = BinaryPrimitives.ReadUInt64LittleEndian(message);
                message = message[8..];
                return true;
            case 5 when message.Length >= 4:
                integer = BinaryPrimitives.ReadUInt32LittleEndian(message);
                message = message[4..];
                return true;
            default:
                return false;
        }
    }

    private static bool TryReadVarint(scoped ref ReadOnlySpan<byte> message, out ulong value)
    {
        value = 0;
        for (var i = 0; i < message.Length && i < 10; i++)
        {
            value |= (ulong)(message[i] & 0x7f) << (7 * i);
            if (message[i] < 0x80)
            {
                message = message[(i + 1)..];
                return true;
            }
        }

        return false;
    }

    private static void WriteStatus(PayloadBuffer output, StatusCode code, string message)
    {
        WriteInteger(output, 1, (long)code);
        WriteText(output, 2, message);
    }

    private static void WriteDetail(PayloadBuffer output, string type, ReadOnlySpan<byte> value)
    {
        using var any = new PayloadBuffer(int.MaxValue);
        WriteText(any, 1, TypePrefix + type);
        WriteBytes(any, 2, value);
        WriteBytes(output, 3, any.WrittenSpan);
    }

    private static void WriteText(PayloadBuffer output, int number, string text) => WriteBytes(output, number, Encoding.UTF8.GetBytes(text));

    private static void WriteBytes(PayloadBuffer output, int number, ReadOnlySpan<byte> bytes)
    {
        WriteVarint(output, (uint)((number << 3) | Length));
        WriteVarint(output, (uint)bytes.Length);
        output.Write(bytes);
    }

    /// <summary>A number that is not negative; zero is the default, and not written.</summary>
    private static void WriteInteger(PayloadBuffer output, int number, long value)
    {
        if (value != 0)
        {
            WriteVarint(output, (uint)(number << 3));
            WriteVarint(output, (ulong)value);
        }
    }

    private static void WriteVarint(PayloadBuffer output, ulong value)
    {
        Span<byte> bytes = stackalloc byte[10];
        var length = 0;
        for (; value > 0x7f; value >>= 7)
        {
            bytes[length++] = (byte)(value | 0x80);
        }

        bytes[length++] = (byte)value;
        output.Write(bytes[..length]);
    }
}
