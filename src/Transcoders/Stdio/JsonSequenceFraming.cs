using System.Text.Json;
using Transcoders.Calls;

namespace Transcoders.Stdio;

/// <summary>`json-seq`: RS, one JSON value, LF (RFC 7464). A value may have line breaks of its own.</summary>
/// <remarks>
/// What stands before an RS, and an element that is no JSON value, is passed over: the next RS begins anew (§2.3). Only at the end of the
/// output is a broken element an error, since a process that was cut off must not look like one that is done.
/// </remarks>
public sealed class JsonSequenceFraming : StdioFraming
{
    private const byte Separator = 0x1E;

    public override string Name => "json-seq";

    /// <remarks>
    /// <c>scanned</c> counts bytes without RS; below zero, an LF stands in them that did not end the value. Such a value is tried again only once
    /// it has doubled, or when it must end: a value of many lines costs no more than twice its length.
    /// </remarks>
    public override bool TryRead(ReadOnlySpan<byte> buffer, ref int scanned, bool ended, int limit, out StdioFrame frame)
    {
        var skipped = 0;
        while (true)
        {
            // 1. To the RS that begins an element.
            var rest = buffer[skipped..];
            var begin = rest.IndexOf(Separator);
            if (begin != 0)
            {
                skipped += begin < 0 ? rest.Length : begin;
                scanned = 0;
                if (begin < 0)
                {
                    frame = new StdioFrame(0, 0, skipped);
                    return false;
                }

                continue;
            }

            // 2. The next RS ends it, whatever it is.
            var from = Math.Max(1, Math.Abs(scanned));
            var next = rest[from..].IndexOf(Separator);
            if (next >= 0)
            {
                var element = rest[1..(from + next)];
                FramingErrors.ThrowIfOver(element.Length - 1, limit, "a message");
                scanned = 0;
                if (IsValue(element))
                {
                    frame = Frame(skipped, element, 1 + element.Length);
                    return true;
                }

                skipped += 1 + element.Length;
                continue;
            }

            return TryEnd(rest, skipped, ref scanned, ended, limit, out frame);
        }
    }

    public override void Write(ReadOnlySpan<byte> payload, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (payload.Contains(Separator))
        {
            throw new CallException(StatusCode.InvalidArgument, "The message holds the character U+001E, which no JSON value does and which ends a message here.");
        }

        output.Reserve(payload.Length + 2);
        output.Write([Separator]);
        output.Write(payload);
        output.Write("\n"u8);
    }

    /// <summary>No RS follows yet: an LF may end the value, and the end of the output must.</summary>
    private static bool TryEnd(ReadOnlySpan<byte> rest, int skipped, ref int scanned, bool ended, int limit, out StdioFrame frame)
    {
        frame = new StdioFrame(0, 0, skipped);
        if (ended)
        {
            scanned = 0;
            var last = rest[1..];
            if (last.Trim(" \t\r\n"u8).IsEmpty)
            {
                frame = new StdioFrame(0, 0, skipped + rest.Length);
                return false;
            }

            // A number or word without its LF may have lost digits (§2.4); a text, list or object shows that it is whole.
            if (!IsValue(last))
            {
                FramingErrors.ThrowCutOff();
            }

            frame = Frame(skipped, last, rest.Length);
            return true;
        }

        var known = Math.Max(1, Math.Abs(scanned));
        var lf = rest[known..].LastIndexOf((byte)'\n');
        if (lf >= 0 && (scanned >= 0 || rest.Length >= 2 * known))
        {
            var element = rest[1..(known + lf + 1)];
            if (IsValue(element))
            {
                FramingErrors.ThrowIfOver(element.Length - 1, limit, "a message");
                scanned = 0;
                frame = Frame(skipped, element, 1 + element.Length);
                return true;
            }

            scanned = -rest.Length;
        }
        else if (scanned >= 0)
        {
            scanned = rest.Length;
        }

        FramingErrors.ThrowIfOver(rest.Length - 2, limit, "a message");
        return false;
    }

    /// <summary>The element without its RS, which stands before it, and without white space around it.</summary>
    private static StdioFrame Frame(int skipped, ReadOnlySpan<byte> element, int consumed)
    {
        var start = element.Length - element.TrimStart(" \t\r\n"u8).Length;
        return new StdioFrame(skipped + 1 + start, element.Trim(" \t\r\n"u8).Length, skipped + consumed);
    }

    /// <summary>True for one whole JSON value. Not the final block: a number is whole only with something behind it.</summary>
    private static bool IsValue(ReadOnlySpan<byte> element)
    {
        try
        {
            var reader = new Utf8JsonReader(element, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = int.MaxValue }));
            return reader.Read() && reader.TrySkip() && element[(int)reader.BytesConsumed..].Trim(" \t\r\n"u8).IsEmpty;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
