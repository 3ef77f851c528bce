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

    /// <summary>argv, the command as it was configured first; empty places are filled by <see cref="ArgumentsOf"/>.</summary>
    public required string[] Arguments { get; init; }

    /// <summary>The arguments that hold values of the call, at their places; null where one does not, or when none does.</summary>
    public ArgumentTemplate?[]? Templates { get; init; }

    /// <summary>The method's full name is the last argument.</summary>
    public bool MethodArgument { get; init; }

    /// <summary>The whole environment, sorted by name; the call adds its own, and nothing is inherited.</summary>
    public required KeyValuePair<string, string>[] Environment { get; init; }

    /// <summary>Where the child starts, absolute.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>argv for one call.</summary>
    /// <exception cref="CallException">INVALID_ARGUMENT when a value of the call cannot stand where it would.</exception>
    public string[] ArgumentsOf(CallHead head)
    {
        var appendsMethod = MethodArgument && head.Method.Length != 0;
        if (Templates is null)
        {
            return appendsMethod ? [.. Arguments, head.Method] : Arguments;
        }

        var filled = new List<string>(Arguments.Length + 1);
        for (var i = 0; i < Arguments.Length; i++)
        {
            if (Templates[i] is not { } template)
            {
                filled.Add(Arguments[i]);
            }
            else if (template.Fill(head) is { } argument)
            {
                filled.Add(argument);
            }
        }

        if (appendsMethod)
        {
            filled.Add(head.Method);
        }

        return [.. filled];
    }

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
        CheckExchange(cluster, settings, Report);
        var command = CommandResolver.Resolve(settings.Command, baseDirectory, gatewayEnvironment("PATH"), out var commandProblem);
        if (command is null)
        {
            Report(":Command", commandProblem!);
        }

        string[] arguments = [settings.Command, .. settings.Arguments];
        var templates = new ArgumentTemplate?[arguments.Length];
        for (var i = 1; i < arguments.Length; i++)
        {
            var template = ArgumentTemplate.Parse(arguments[i], out var wrong);
            wrong = arguments[i].Contains('\0') ? "An argument cannot hold a NUL character." : wrong;
            if (wrong is not null)
            {
                Report($":Arguments:{i - 1}", wrong);
            }

            templates[i] = template.Fixed is null ? template : null;
            arguments[i] = template.Fixed ?? arguments[i];
        }

        var environment = CompileEnvironment(settings, gatewayEnvironment, Report);
        var directory = Path.GetFullPath(settings.WorkingDirectory ?? ".", baseDirectory);
        if (!Directory.Exists(directory))
        {
            Report(":WorkingDirectory", $"There is no directory '{directory}'.");
        }

        return problems.Count != before
            ? null
            : new ProcessPlan
            {
                Command = command!,
                Arguments = arguments,
                Templates = Array.Exists(templates, static t => t is not null) ? templates : null,
                MethodArgument = settings.MethodArgument,
                Environment = environment,
                WorkingDirectory = directory,
            };
    }

    private static void CheckChoices(ProcessSettings settings, Action<string, string> report)
    {
        if (settings.Framing != "cgi" && !StdioFraming.TryCreate(settings.Framing, PayloadFormat.Binary, out _))
        {
            report(":Framing", $"There is no framing '{settings.Framing}'; there are cgi, {string.Join(", ", StdioFraming.Names)}.");
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

    /// <summary>Choices that are right one by one and make no sense together.</summary>
    private static void CheckExchange(ClusterSettings cluster, ProcessSettings settings, Action<string, string> report)
    {
        var (framing, hasSchema) = (settings.Framing, cluster.Schema is not null);
        if (framing == "cgi" && hasSchema)
        {
            report(":Framing", "'cgi' carries an HTTP body, not the messages of a Schema; use 'raw', 'ndjson' or 'len32', or leave the Schema out.");
        }

        if (settings.Codec == "protobuf" && (!hasSchema || framing is not ("len32" or "varint" or "raw")))
        {
            report(":Codec", hasSchema
                ? $"'protobuf' is bytes, which Framing '{framing}' cannot carry; 'len32', 'varint' and 'raw' can."
                : "'protobuf' needs to know the messages: give the cluster a Schema, or leave Codec out.");
        }

        if (settings.Dialect == "jsonrpc" && framing is not ("ndjson" or "lsp"))
        {
            report(":Dialect", $"'jsonrpc' is spoken over Framing 'ndjson' or 'lsp', not '{framing}'.");
        }

        if (settings.Method is not null && settings.Dialect != "jsonrpc")
        {
            report(":Method", "It names the method of Dialect 'jsonrpc'; set that, or leave it out.");
        }

        if (framing != "raw" || hasSchema)
        {
            if (settings.Serialize)
            {
                report(":Serialize", "It belongs to Framing 'raw' without a Schema: there alone the output is the answer's body.");
            }

            if (settings.ContentType is not null)
            {
                report(":ContentType", framing == "cgi" ? "A CGI program says its Content-Type itself; leave it out." : "It belongs to Framing 'raw' without a Schema: there alone the output is the answer's body.");
            }
        }
        else if (settings.ContentType is { } type && (type.Length == 0 || !MetadataText.IsValue(type)))
        {
            report(":ContentType", "It is a media type, such as text/plain; charset=utf-8.");
        }

        if (settings.ScriptName.Length != 0 && framing != "cgi")
        {
            report(":ScriptName", "It belongs to Framing 'cgi'.");
        }

        if (settings.MethodArgument && !hasSchema)
        {
            report(":MethodArgument", "Without a Schema no method is called; leave it out, or use {query.NAME} in Arguments.");
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
