using System.Text;
using Samples.LineTool;

const string Usage = """
    linetool: answers each line of its input with a line.

      linetool               { "text": "so it goes" }  →  { "text": "SO IT GOES", "number": 1, "words": 3 }
                             { "text": "so", "ticks": 2 }  →  two such lines, a tenth of a second apart
                             { "text": "so", "exit": 3 }  →  one line, then exit code 3
                             so it goes  →  SO IT GOES
      linetool tick N [MS]   writes N lines of JSON without being asked, MS milliseconds apart (100)
      linetool --help        writes this

    A line that begins with a brace and is no JSON ends it with exit code 65 and a word on stderr.
    """;

// The only bytes on stdout are answers, each flushed when its line is complete.
using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), bufferSize: 4096) { NewLine = "\n" };
var tool = new LineAnswerer(output);

switch (args)
{
    case []:
        using (var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false)))
        {
            return tool.Answer(input);
        }

    case ["tick", var count, .. var rest] when int.TryParse(count, out var n) && rest.Length <= 1:
        tool.Tick("tick", n, rest is [var pause] && int.TryParse(pause, out var ms) ? ms : LineAnswerer.DefaultPause);
        return 0;

    case ["--help"]:
        output.WriteLine(Usage);
        return 0;

    default:
        Console.Error.WriteLine($"linetool: {string.Join(' ', args)} is not understood; see linetool --help");
        return 64;
}
