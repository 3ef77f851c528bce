using System.CommandLine;

namespace Gateway.Cli;

/// <summary>The command line: every command with its arguments, its help and its exit codes.</summary>
internal static partial class GatewayCommands
{
    public const string DefaultFile = "config/gateway.json";

    /// <summary>Longest a command may take to end after a signal: more than the host's patience with its connections (30 s), which comes after the drain's.</summary>
    public static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(45);

    /// <summary>`run` is what happens when no command is named: `gateway my.json` serves my.json.</summary>
    public static RootCommand Build()
    {
        var root = new RootCommand("A reverse proxy that lets any of HTTP, WebSocket, gRPC, SSE and stdio reach any other.\n\n"
            + "Examples:\n"
            + "  gateway                              serve config/gateway.json\n"
            + "  gateway run edge.json --urls http://127.0.0.1:9000\n"
            + "  gateway check edge.json              find every problem, print each route's plan\n"
            + "  gateway call edge.json library.v1.Library/GetBook -d '{\"name\":\"shelves/1/books/1\"}'\n"
            + "  gateway schema > gateway.schema.json\n"
            + "  gateway health                       ask a running gateway whether it is ready");
        var file = FileArgument();
        var urls = UrlsOption();
        root.Add(file);
        root.Add(urls);
        root.SetAction((result, stop) => RunCommand.RunAsync(result.GetRequiredValue(file), result.GetValue(urls), stop));
        root.Add(Run());
        root.Add(Check());
        root.Add(Schema());
        root.Add(Health());
        root.Add(Call());
        root.Add(Stdio());
        return root;
    }

    private static Command Run()
    {
        var file = FileArgument();
        var urls = UrlsOption();
        var command = new Command("run", "Serve a configuration file until told to stop. Exit code 0 on a clean stop, 1 when the file has problems.") { file, urls };
        command.SetAction((result, stop) => RunCommand.RunAsync(result.GetRequiredValue(file), result.GetValue(urls), stop));
        return command;
    }

    private static Command Check()
    {
        var file = FileArgument();
        var command = new Command("check", "Validate a file, load its schemas and print each route's plan per edge. Exit code 0 good, 1 problems, 2 unreadable.") { file };
        command.SetAction((result, stop) => CheckCommand.RunAsync(result.GetRequiredValue(file), Console.Out, Console.Error, stop));
        return command;
    }

    private static Command Schema()
    {
        var command = new Command("schema", "Print the JSON Schema of the configuration file, for editors.");
        command.SetAction(_ =>
        {
            Console.Out.Write(Configuration.ConfigSchemaWriter.Write());
            return 0;
        });
        return command;
    }

    private static Command Health()
    {
        var admin = new Option<string>("--admin") { Description = "Address of the admin port.", DefaultValueFactory = static _ => HealthCommand.DefaultAdmin(), HelpName = "URL" };
        var command = new Command("health", "Ask a running gateway whether it is ready. Exit code 0 when it is, 1 when not.") { admin };
        command.SetAction((result, stop) => HealthCommand.RunAsync(result.GetRequiredValue(admin), Console.Out, Console.Error, stop));
        return command;
    }

    private static Argument<string> FileArgument() => new("FILE")
    {
        Description = "The configuration file.",
        DefaultValueFactory = static _ => DefaultFile,
    };

    private static Option<string?> UrlsOption() => new("--urls") { Description = "Addresses to listen on, instead of the file's.", HelpName = "URLS" };
}
