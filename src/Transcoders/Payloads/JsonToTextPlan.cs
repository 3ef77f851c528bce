using System.Buffers;
using Transcoders.Calls;

namespace Transcoders.Payloads;

/// <summary>A JSON value to one line of text: validated, and written without the line breaks that may stand between its tokens.</summary>
/// <remarks>For wires on which a line is a message, such as stdio and SSE. A line break within a string is an escape already.</remarks>
public sealed class JsonToTextPlan(int maxDepth = 100) : PayloadPlan
{
    private static readonly SearchValues<byte> LineBreaks = SearchValues.Create("\r\n"u8);

    public override PayloadFormat From => PayloadFormat.Json;

    public override PayloadFormat To => PayloadFormat.Text;

    public override void Convert(ReadOnlySpan<byte> input, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var scanner = new JsonScanner(input, maxDepth);
        scanner.SkipValue();
        scanner.ExpectEnd();

        // Outside strings line breaks are white space, and inside they cannot be: the scanner has seen to that.
        input = input.Trim(" \t\r\n"u8);
        while (true)
        {
            var run = input.IndexOfAny(LineBreaks);
            if (run < 0)
            {
                output.Write(input);
                break;
            }

            output.Write(input[..run]);
            input = input[run..].TrimStart(" \t\r\n"u8);
        }

        output.ThrowIfOverLimit();
    }
}
