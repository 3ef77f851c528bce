using System.IO.Pipelines;

namespace Gateway.Cli;

/// <summary>This process's stdin and stdout as bytes.</summary>
internal static class StandardStreams
{
    /// <summary>Bytes of stdin that are read ahead of a backend.</summary>
    private const int ReadAhead = 1024 * 1024;

    private const int ChunkSize = 64 * 1024;

    /// <summary>
    /// Stdin, read by a thread of its own from now on: a read that waits cannot be given up, and here it need not be. The thread ends with the process.
    /// </summary>
    /// <param name="ended">Runs when stdin has ended.</param>
    public static PipeReader OpenInput(Action? ended = null)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: ReadAhead, resumeWriterThreshold: ReadAhead / 2, useSynchronizationContext: false));
        new Thread(() => Pump(Console.OpenStandardInput(), pipe.Writer, ended)) { IsBackground = true, Name = "stdin" }.Start();
        return pipe.Reader;
    }

    /// <summary>Stdout, unbuffered; writing to it throws an IOException once its reader has gone.</summary>
    public static Stream OpenOutput() => OperatingSystem.IsWindows() ? Console.OpenStandardOutput() : new DescriptorStream(1);

    private static void Pump(Stream input, PipeWriter writer, Action? ended)
    {
        try
        {
            while (true)
            {
                var count = input.Read(writer.GetSpan(ChunkSize));
                writer.Advance(count);
                if (count == 0 || writer.FlushAsync().AsTask().GetAwaiter().GetResult().IsCompleted)
                {
                    break;
                }
            }

            writer.Complete();
        }
        catch (IOException e)
        {
            writer.Complete(e);
        }

        ended?.Invoke();
    }
}
