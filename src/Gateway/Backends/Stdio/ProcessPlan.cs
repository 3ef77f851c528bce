using Gateway.Configuration;
using Transcoders.Calls;
using Transcoders.Stdio;

namespace Gateway.Backends.Stdio;

/// <summary>A cluster's process as it will be started, compiled from its settings: nothing is searched or joined per call.</summary>
internal sealed class ProcessPlan
{
    private static readonly string[] Lifetimes = ["request", "connection"];

    /// <summary>The executable, absolute.</summary>
    public required string Command { get; init; }

    /// <summary>argv, the command as it was configured first.</summary>
    public required string[] Arguments { get; init; }

    /// <summary>The whole environment, sorted by name; the call adds its own, and nothing is inherited.</summary>
    public required KeyValuePair<string, string>[] Environment { get; init; }

    /// <summary>Where the child starts, absolute.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Compiles the settings of a stdio cluster.</summary>
    /// <param name="cluster">The declared cluster.</param>
    /// <param name="baseDirectory">What relative paths are relative to: the directory of the configuration file.</param>
    /// <param name="gatewayEnvironment">Looks up a variable of the gateway; null when it is not set.</param>
    /// <param name="problems">Gets everything that is wrong; values of variables are never in it.</param>
    /// <returns>Null when there was a problem.</returns>
    public static ProcessPlan? Compile(
        ClusterSettings cluster, string baseDirectory, Func<string, string?> gatewayEnvironment, ICollection<ConfigProblem> problems)
    {
        var before = problems.Count;
        var at = $"ReverseProxy:Clusters:{cluster.Id}:Process";
        void Report(string key, string text) => problems.Add(new ConfigProblem(cluster.Position, $"{at}{key}", text));

        if (cluster.Process is not { } settings)
        {
            Report("", "A stdio cluster needs a Process with a Command.");
            return null;
        }

        CheckChoices(settings, Report);
        var command = CommandResolver.Resolve(settings.Command, baseDirectory, gatewayEnvironment("PATH"), out var commandProblem);
        if (command is null)
        {
            Report(":Command", commandProblem!);
        }

        string[] arguments = [settings.Command, .. settings.Arguments];
        for (var i = 1; i < arguments.Length; i++)
        {
            if (arguments[i].Contains('\0'))
            {
                Report($":Arguments:{i - 1}", "An argument cannot hold a NUL character.");
            }
        }

        var environment = CompileEnvironment(settings, gatewayEnvironment, Report);
        var directory = Path.GetFullPath(settings.WorkingDirectory ?? ".", baseDirectory);
        if (!Directory.Exists(directory))
        {
            Report(":WorkingDirectory", $"There is no directory '{directory}'.");
        }

        return problems.Count != before
            ? null
            : new ProcessPlan { Command = command!, Arguments = arguments, Environment = environment, WorkingDirectory = directory };
    }

    private static void CheckChoices(ProcessSettings settings, Action<string, string> report)
    {
        if (!StdioFraming.TryCreate(settings.Framing, PayloadFormat.Binary, out _))
        {
            report(":Framing", $"There is no framing '{settings.Framing}'; there are {string.Join(", ", StdioFraming.Names)}.");
        }

        if (!Lifetimes.Contains(settings.Lifetime))
        {
            report(":Lifetime", $"There is no lifetime '{settings.Lifetime}'; there are {string.Join(", ", Lifetimes)}.");
        }

        if (settings.MaxProcesses < 1)
        {
            report(":MaxProcesses", "It must be at least 1.");
        }

        if (settings.LineLength < 1)
        {
            report(":LineLength", "It must be at least one byte.");
        }

        if (settings.StopGrace < TimeSpan.Zero || settings.StopGrace > TimeSpan.FromHours(1))
        {
            report(":Stop:Grace", "It must be between zero and an hour.");
        }
    }

    private static KeyValuePair<string, string>[] CompileEnvironment(
        ProcessSettings settings, Func<string, string?> gatewayEnvironment, Action<string, string> report)
    {
        // Sorted, so that two runs of one configuration start the same child. A variable that is set wins over one that is passed on.
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < settings.PassEnvironment.Count; i++)
        {
            var name = settings.PassEnvironment[i];
            if (!IsName(name))
            {
                report($":PassEnvironment:{i}", "A variable's name is not empty and holds neither '=' nor NUL.");
            }
            else if (gatewayEnvironment(name) is { } value)
            {
                variables[name] = value;
            }
        }

        foreach (var (name, value) in settings.Environment)
        {
            if (!IsName(name) || value.Contains('\0'))
            {
                report($":Environment:{name.Replace('\0', '?')}", "A variable's name is not empty and holds neither '=' nor NUL, its value no NUL.");
                continue;
            }

            variables[name] = value;
        }

        return [.. variables];
    }

    private static bool IsName(string name) => name.Length != 0 && name.AsSpan().IndexOfAny('=', '\0') < 0;
}
