using System.Globalization;
using System.Text;
using Transcoders.Calls;

namespace Transcoders.Stdio;

/// <summary>The header block a CGI program's output begins with, up to the blank line (RFC 3875 §6). Lines end in LF or CRLF.</summary>
/// <remarks>
/// `Status: 404 No such thing` and `Content-Type` are read; `Location` means 302 unless a Status says otherwise, and never a redirect within the
/// gateway; what belongs to one hop is left out; the rest is metadata. The whole block must arrive within <see cref="MaxSize"/>.
/// </remarks>
public sealed class CgiHeadFraming : StdioFraming
{
    /// <summary>Most bytes of the block.</summary>
    public const int MaxSize = 64 * 1024;

    private const int MaxCount = 100;
    private const byte Lf = (byte)'\n';

    public override string Name => "cgi";

    /// <summary>Cuts the block. The limit is that of the block, whatever the caller's is.</summary>
    public override bool TryRead(ReadOnlySpan<byte> buffer, ref int scanned, bool ended, int limit, out StdioFrame frame)
    {
        // The blank line may have begun in what was searched already. At the very front it says that there is no header at all.
        var from = Math.Max(0, scanned - 2);
        var (length, blank) = from == 0 && BlankAt(buffer, 0) is > 0 and var first ? (0, first) : NextBlank(buffer, from);
        FramingErrors.ThrowIfOver(length, MaxSize, "a header block");
        scanned = blank == 0 ? buffer.Length : 0;
        frame = blank == 0 ? default : new StdioFrame(0, length, length + blank);
        return blank != 0;
    }

    public override void Write(ReadOnlySpan<byte> payload, PayloadBuffer output) =>
        throw new NotSupportedException("A head is read only.");

    /// <summary>Reads the block as the head of an answer.</summary>
    /// <exception cref="CallException">INTERNAL with HTTP 502 when it is none.</exception>
    public static ResponseHead Parse(ReadOnlySpan<byte> block)
    {
        var metadata = new CallMetadata();
        var connection = "";
        string? contentType = null;
        int? status = null;
        var count = 0;
        while (!block.IsEmpty)
        {
            var end = block.IndexOf(Lf);
            var line = (end < 0 ? block : block[..end]).TrimEnd((byte)'\r');
            block = end < 0 ? default : block[(end + 1)..];
            var colon = line.IndexOf((byte)':');
            var name = colon <= 0 ? "" : Encoding.Latin1.GetString(line[..colon]);
            if (!MetadataText.IsName(name) || ++count > MaxCount)
            {
                FramingErrors.ThrowGarbage(count > MaxCount ? $"at most {MaxCount} headers" : "CGI headers such as 'Content-Type: text/plain' and a blank line");
            }

            var value = Encoding.Latin1.GetString(line[(colon + 1)..].Trim(" \t"u8));
            if (!MetadataText.IsValue(value))
            {
                // Not printable ASCII: it cannot cross every wire, and must never end a line in one.
                continue;
            }

            if (name.Equals("Status", StringComparison.OrdinalIgnoreCase))
            {
                status = status is null ? ReadStatus(value) : throw Twice("Status");
            }
            else if (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
            {
                contentType = contentType is null ? value : throw Twice("Content-Type");
            }
            else if (name.Equals("Connection", StringComparison.OrdinalIgnoreCase))
            {
                connection += "," + value;
            }
            else if (!ReservedMetadata.IsOfOneHop(name))
            {
                metadata.Add(name, value);
            }
        }

        if (count == 0)
        {
            FramingErrors.ThrowGarbage("CGI headers such as 'Content-Type: text/plain' and a blank line");
        }

        foreach (var nominated in connection.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            metadata.Remove(nominated);
        }

        return new ResponseHead
        {
            HttpStatus = status ?? (metadata.Find("Location") is null ? 200 : 302),
            ContentType = contentType is { Length: > 0 } ? contentType : null,
            Metadata = metadata,
        };
    }

    /// <summary>`404 No such thing` → 404. What HTTP could not answer with, such as an interim 100, is refused.</summary>
    private static int ReadStatus(string value)
    {
        var digits = value.AsSpan(0, Math.Min(3, value.Length));
        var isNumber = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && (value.Length == 3 || value[3] == ' ');
        if (!isNumber || status is < 200 or > 599)
        {
            FramingErrors.ThrowGarbage("a Status from 200 to 599");
        }

        return status;
    }

    private static CallException Twice(string name) =>
        new(new CallStatus(StatusCode.Internal, $"The process wrote the header {name} twice.") { HttpStatus = 502, Origin = StatusOrigin.Backend });

    /// <summary>Where the block ends (behind its last line) and how long the blank line is; zero when it has not come.</summary>
    private static (int Length, int Blank) NextBlank(ReadOnlySpan<byte> buffer, int from)
    {
        while (buffer[from..].IndexOf(Lf) is >= 0 and var lf)
        {
            from += lf + 1;
            if (BlankAt(buffer, from) is > 0 and var blank)
            {
                return (from, blank);
            }
        }

        return (buffer.Length, 0);
    }

    private static int BlankAt(ReadOnlySpan<byte> buffer, int at) =>
        buffer[at..].StartsWith("\n"u8) ? 1 : buffer[at..].StartsWith("\r\n"u8) ? 2 : 0;
}
