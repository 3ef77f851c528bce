using System.Text;
using Transcoders.Calls;

namespace Transcoders.Payloads;

/// <summary>A line of text to JSON: what is one JSON value already stays as it is, anything else becomes a JSON string.</summary>
/// <remarks>Bytes that are not UTF-8 become U+FFFD: text from a process is shown, not refused.</remarks>
public sealed class TextToJsonPlan(int maxDepth = 100) : PayloadPlan
{
    public override PayloadFormat From => PayloadFormat.Text;

    public override PayloadFormat To => PayloadFormat.Json;

    public override void Convert(ReadOnlySpan<byte> input, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (LooksLikeJson(input) && IsJson(input))
        {
            output.Write(input);
        }
        else
        {
            var writer = new WireWriter(output);
            writer.TryWriteJsonString(input, 0, input.Length, mustBeUtf8: false);
            writer.Flush();
        }

        output.ThrowIfOverLimit();
    }

    /// <summary>Spares most lines of prose the cost of an exception.</summary>
    private static bool LooksLikeJson(ReadOnlySpan<byte> input)
    {
        var trimmed = input.Trim(" \t\r\n"u8);
        if (trimmed.IsEmpty)
        {
            return false;
        }

        var last = trimmed[^1];
        return trimmed[0] switch
        {
            (byte)'{' => last == '}',
            (byte)'[' => last == ']',
            (byte)'"' => last == '"' && trimmed.Length > 1,
            (byte)'t' => trimmed.SequenceEqual("true"u8),
            (byte)'f' => trimmed.SequenceEqual("false"u8),
            (byte)'n' => trimmed.SequenceEqual("null"u8),
            _ => NumberText.ScanNumber(trimmed) == trimmed.Length,
        };
    }

    private bool IsJson(ReadOnlySpan<byte> input)
    {
        try
        {
            var scanner = new JsonScanner(input, maxDepth);
            scanner.SkipValue();
            scanner.ExpectEnd();
            return true;
        }
        catch (CallException)
        {
            return false;
        }
    }
}
