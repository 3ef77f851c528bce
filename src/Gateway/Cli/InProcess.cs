using Gateway.Edges.Stdio;

namespace Gateway.Cli;

/// <summary>A gateway inside a command: the same pipeline, fed by the command instead of sockets.</summary>
internal static class InProcess
{
    private const int HasProblems = 1;
    private const int Unreadable = 2;

    /// <summary>Starts it, or says on stderr why not; the code to exit with is then beside the null.</summary>
    public static async Task<(GatewayHost? Host, int ExitCode)> StartAsync(string file, StdioServer server, CommandSignals signals)
    {
        if (!File.Exists(file))
        {
            await Console.Error.WriteLineAsync($"{file}: there is no such file.");
            return (null, Unreadable);
        }

        try
        {
            var options = new GatewayHostOptions { File = file, Server = server, IsQuiet = true, LogsToStandardError = true, Watch = false };
            var host = await GatewayHost.StartAsync(options, signals.Token);
            server.Logger = host.Services.GetRequiredService<ILogger<StdioServer>>();
            return (host, 0);
        }
        catch (GatewayConfigException e)
        {
            foreach (var problem in e.Problems)
            {
                await Console.Error.WriteLineAsync(problem.ToString());
            }

            await Console.Error.WriteLineAsync(e.Problems.Count == 1 ? "1 problem." : $"{e.Problems.Count} problems.");
            return (null, HasProblems);
        }
        catch (OperationCanceledException) when (signals.ExitCode is not null)
        {
            return (null, signals.ExitCode.Value);
        }
    }
}
