using System.CommandLine;
using System.CommandLine.Parsing;
using Transcoders.Calls;
using Transcoders.Stdio;

namespace Gateway.Cli;

/// <summary>The commands whose stdin and stdout are an edge.</summary>
internal static partial class GatewayCommands
{
    private static Command Call()
    {
        var words = new Argument<string[]>("[FILE] TARGET")
        {
            Description = "The configuration file, unless it is config/gateway.json, and what to call: a route's id, pkg.Service/Method, or METHOD /path.",
            Arity = new ArgumentArity(1, 3),
        };
        words.Validators.Add(static result =>
        {
            if (CallTarget.Split([.. result.Tokens.Select(static token => token.Value)]) is null)
            {
                result.AddError("Say a file and what to call; METHOD /path is a verb in capitals and a path that begins with /.");
            }
        });
        var headers = HeaderOption();
        var data = new Option<string?>("--data", "-d") { Description = "The request instead of stdin.", HelpName = "DATA" };
        var timeout = new Option<string?>("--timeout") { Description = "Give up after this time: 5s, 500ms, 2m, 00:00:05.", HelpName = "D" };
        timeout.Validators.Add(static result => Check(result, static text => CommandValues.TryDuration(text, out _), "is no time; 5s, 500ms or 00:00:05 would be one"));
        var linger = new Option<string?>("--linger") { Description = "How long the answer may go on after the end of stdin. Default: 5s for a WebSocket without schema, which cannot be told of the end; else as long as it takes.", HelpName = "D" };
        linger.Validators.Add(static result => Check(result, static text => CommandValues.TryDuration(text, out _), "is no time; 5s, 500ms or 00:00:05 would be one"));
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Print the metadata and trailers of the answer on stderr." };
        var raw = new Option<bool>("--raw") { Description = "Carry bytes as they are, in and out, on a route without schema." };
        var wrap = new Option<bool>("--wrap") { Description = "Print each message as {\"id\",\"event\",\"data\"}, as events have them." };
        var command = new Command(
            "call",
            "Make one call through the gateway, in this process: stdin in, stdout out. Requests are JSON values (or lines on a route without schema), one line is one message of the answer, "
            + "and the end of stdin is the end of the requests. Exit code 0, or 64 + the status, which is then a line of JSON on stderr; 1 and 2 as check; 130, 143 and 141 after SIGINT, SIGTERM and a reader that went away.\n\n"
            + "Examples:\n"
            + "  echo '{\"name\":\"shelves/1/books/1\"}' | gateway call library.v1.Library/GetBook\n"
            + "  gateway call edge.json GET '/v1/shelves/1/books?pageSize=2' --timeout 2s\n"
            + "  gateway call edge.json sort < names.txt | head -3")
        {
            words, headers, data, timeout, linger, verbose, raw, wrap,
        };
        command.SetAction((result, _) =>
        {
            var (file, target) = CallTarget.Split(result.GetRequiredValue(words))!.Value;
            return CallCommand.RunAsync(new CallOptions
            {
                File = file ?? DefaultFile,
                Target = target,
                Headers = ReadHeaders(result, headers),
                Data = result.GetValue(data),
                Timeout = result.GetValue(timeout) is { } text && CommandValues.TryDuration(text, out var time) ? time : null,
                Linger = result.GetValue(linger) is { } patience && CommandValues.TryDuration(patience, out var longest) ? longest : null,
                IsVerbose = result.GetValue(verbose),
                IsRaw = result.GetValue(raw),
                IsWrapped = result.GetValue(wrap),
            });
        });
        return command;
    }

    private static Command Stdio()
    {
        var words = new Argument<string[]>("[FILE] ROUTE")
        {
            Description = "The configuration file, unless it is config/gateway.json, and the id of the route to talk to.",
            Arity = new ArgumentArity(1, 2),
        };
        var headers = HeaderOption();
        var framing = new Option<string>("--framing") { Description = "How messages are cut: ndjson, a line each, or lsp, behind Content-Length.", DefaultValueFactory = static _ => "ndjson", HelpName = "FRAMING" };
        framing.AcceptOnlyFromAmong("ndjson", "lsp");
        var command = new Command(
            "stdio",
            "Talk JSON-RPC 2.0 with a route until stdin ends: many calls at once, streams by $/msg and $/half, $/cancelRequest. On a route without schema a message goes to a web server as it is, "
            + "and to a WebSocket or a program line by line. Exit code 0 at the end of stdin; 1 and 2 as check; 130, 143 and 141 after SIGINT, SIGTERM and a reader that went away.\n\n"
            + "Examples:\n"
            + "  echo '{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"library.v1.Library/ListBooks\",\"params\":{}}' | gateway stdio library\n"
            + "  gateway stdio edge.json library --framing lsp")
        {
            words, headers, framing,
        };
        command.SetAction((result, _) =>
        {
            string[] given = result.GetRequiredValue(words);
            return StdioCommand.RunAsync(new StdioOptions
            {
                File = given.Length == 2 ? given[0] : DefaultFile,
                Route = given[^1],
                Framing = StdioFraming.TryCreate(result.GetRequiredValue(framing), PayloadFormat.Json, out var chosen) ? chosen : new LineFraming(PayloadFormat.Json),
                Headers = ReadHeaders(result, headers),
            });
        });
        return command;
    }

    private static Option<string[]> HeaderOption()
    {
        var option = new Option<string[]>("--header", "-H") { Description = "A request header, `Name: value`; may be given again.", HelpName = "K: V", AllowMultipleArgumentsPerToken = false };
        option.Validators.Add(static result => Check(result, static text => CommandValues.TryHeader(text, out _), "is no header; 'Name: value' in printable ASCII would be one"));
        return option;
    }

    private static KeyValuePair<string, string>[] ReadHeaders(ParseResult result, Option<string[]> option) =>
        [.. (result.GetValue(option) ?? []).Select(static text => CommandValues.TryHeader(text, out var header) ? header : default)];

    private static void Check(SymbolResult result, Func<string, bool> isGood, string text)
    {
        foreach (var token in result.Tokens)
        {
            if (!isGood(token.Value))
            {
                result.AddError($"'{token.Value}' {text}.");
            }
        }
    }
}
