using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

// A child process for tests: `testchild MODE [ARGUMENT]`. Each mode is one way in which programs behave, or misbehave.
var mode = args.Length > 0 ? args[0] : "";
var argument = args.Length > 1 ? args[1] : "";
var number = int.TryParse(argument, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;
using var input = Console.OpenStandardInput();
using var output = Console.OpenStandardOutput();
using var error = Console.OpenStandardError();

switch (mode)
{
    // Answers each line with itself, and ends with its input.
    case "echo":
        using (var reader = new StreamReader(input))
        {
            while (reader.ReadLine() is { } line)
            {
                Write(output, line + "\n");
            }
        }

        return 0;

    // Reads everything, then answers `{"bytes":n}`.
    case "count":
        Write(output, $"{{\"bytes\":{Drain(input)}}}\n");
        return 0;

    // Says who it is, then never ends of itself, not even with its input.
    case "hang":
        Write(output, $"{Environment.ProcessId}\n");
        Forever();
        return 0;

    // As hang, and shrugs SIGTERM off.
    case "ignore-term":
        using (PosixSignalRegistration.Create(PosixSignal.SIGTERM, static context => context.Cancel = true))
        {
            Write(output, $"{Environment.ProcessId}\n");
            Forever();
        }

        return 0;

    // Ends at once with the given code.
    case "exit":
        return number;

    // Prints a google.rpc.Status as its last word on stderr, and fails.
    case "fail-with-status":
        Write(error, $"trouble ahead\n{argument}\n");
        return 1;

    // Fills stderr with the given number of lines, then answers.
    case "flood-stderr":
        for (var i = 0; i < number; i++)
        {
            Write(error, $"line {i} of what nobody reads, long enough to fill a pipe soon\n");
        }

        Write(output, "done\n");
        return 0;

    // Fills stdout without ever ending a line.
    case "flood-stdout":
        var block = new byte[64 * 1024];
        block.AsSpan().Fill((byte)'x');
        while (true)
        {
            output.Write(block);
        }

    // Writes lines until nobody reads them any more.
    case "never-end":
        for (long i = 0; ; i++)
        {
            Write(output, $"{i}\n");
        }

    // Its last line has no end.
    case "partial":
        Write(output, "whole\npart");
        return 0;

    // Prints its environment, sorted.
    case "environment":
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        foreach (var (name, value) in variables)
        {
            Write(output, $"{name}={value}\n");
        }

        return 0;

    // Prints its arguments, one per line.
    case "arguments":
        foreach (var each in args.AsSpan(1))
        {
            Write(output, each + "\n");
        }

        return 0;

    // Starts a grandchild that holds stdout and stderr for ever, prints its id, and exits.
    case "grandchild":
        using (var grandchild = Process.Start(new ProcessStartInfo("sleep", "1000000")))
        {
            Write(output, $"{grandchild!.Id}\n");
        }

        return 0;

    // Serves the methods of the sample service: see Behaviours.
    case "behaviours":
        return Behaviours.Run();

    default:
        Write(error, $"testchild: no mode '{mode}'\n");
        return 64;
}

static void Write(Stream stream, string text) => stream.Write(Encoding.UTF8.GetBytes(text));

static long Drain(Stream stream)
{
    var buffer = new byte[64 * 1024];
    long total = 0;
    for (int count; (count = stream.Read(buffer)) != 0;)
    {
        total += count;
    }

    return total;
}

static void Forever()
{
    using var never = new ManualResetEvent(false);
    never.WaitOne();
}
