using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Samples.LineTool;

/// <summary>Answers lines of text or JSON, in order, until the input ends or a line asks to exit.</summary>
internal sealed class LineAnswerer(TextWriter output)
{
    public const int DefaultPause = 100;
    private const int BadData = 65; // EX_DATAERR of sysexits.h

    private int _number;

    /// <summary>Answers every line; returns the exit code.</summary>
    public int Answer(TextReader input)
    {
        while (input.ReadLine() is { } line)
        {
            if (line.Length == 0)
            {
                continue;
            }

            if (line[0] != '{')
            {
                output.WriteLine(line.ToUpperInvariant());
                output.Flush();
                continue;
            }

            LineRequest request;
            try
            {
                request = LineRequest.Parse(line);
            }
            catch (JsonException error)
            {
                Console.Error.WriteLine($"linetool: not a line of JSON: {error.Message}");
                return BadData;
            }

            Tick(request.Text, Math.Max(1, request.Ticks), request.Pause);
            if (request.Exit is { } code)
            {
                return code;
            }
        }

        return 0;
    }

    /// <summary>Writes so many lines, with a pause before each but the first.</summary>
    public void Tick(string text, int count, int pause)
    {
        for (var i = 0; i < count; i++)
        {
            if (i > 0 && pause > 0)
            {
                Thread.Sleep(pause);
            }

            Write(text);
        }
    }

    private void Write(string text)
    {
        var line = new StringBuilder("{\"text\":\"")
            .Append(JsonEncodedText.Encode(text.ToUpperInvariant()).Value)
            .Append("\",\"number\":").Append((++_number).ToString(CultureInfo.InvariantCulture))
            .Append(",\"words\":").Append(Words(text).ToString(CultureInfo.InvariantCulture))
            .Append('}');
        output.WriteLine(line);
        output.Flush();
    }

    private static int Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
}
