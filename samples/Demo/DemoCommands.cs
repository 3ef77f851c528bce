using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Samples.Demo;

/// <summary>One command to copy. It ends by itself and works in any POSIX shell, from the root of the source tree.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Edge">The protocol it speaks to the gateway.</param>
/// <param name="Backend">The backend it reaches.</param>
/// <param name="Command">The command line.</param>
/// <param name="Expect">Something its output holds.</param>
internal sealed record DemoCommand(string Title, string Edge, string Backend, string Command, string Expect);

/// <summary>What there is to try, as text for people and as JSON for programs.</summary>
internal static partial class DemoCommands
{
    private const string Clients = "dotnet run --project samples/Clients --";

    public static IReadOnlyList<DemoCommand> For(string url, string admin)
    {
        var ws = "ws" + url[4..];
        const string Library = "Library, a gRPC service";
        const string Tool = "linetool, a command-line tool";
        const string Page = "a plain HTTP server";
        return
        [
            new("one book", "http", Library,
                $"curl -s {url}/v1/shelves/fiction/books/frankenstein", "\"title\":\"Frankenstein\""),
            new("a page of books, filtered by the query", "http", Library,
                $"curl -s '{url}/v1/books?page_size=2&filter.genre=GENRE_SCIENCE'", "\"nextPageToken\":\"2\""),
            new("a change of one field", "http", Library,
                $"curl -s -X PATCH -H 'Content-Type: application/json' -d '{{\"price\":12.5}}' '{url}/v1/shelves/fiction/books/ulysses?update_mask=price'", "\"price\":12.5"),
            new("a failure with details, as 404", "http", Library,
                $"curl -s -w '%{{http_code}}\\n' {url}/v1/shelves/fiction/books/none", "404"),
            new("a server stream, a line each", "http", Library,
                $"curl -sN '{url}/v1/shelves/fiction:watch?count=3&interval=0.3s'", "\"result\":"),
            new("a server stream, as one JSON array", "http", Library,
                $"curl -sN -H 'Accept: application/json' '{url}/v1/shelves/science:watch?count=2'", "\"sequence\":\"2\""),
            new("a client stream, from lines", "http", Library,
                $"printf '{{\"book\":{{\"title\":\"Emma\"}}}}\\n{{\"book\":{{\"title\":\"Persuasion\"}}}}\\n' | curl -s -H 'Content-Type: application/x-ndjson' --data-binary @- {url}/v1/shelves/fiction/books:import", "\"created\":2"),
            new("a server stream, as events", "sse", Library,
                $"curl -sN -H 'Accept: text/event-stream' '{url}/v1/shelves/fiction:watch?count=3&interval=0.3s'", "event: end"),
            new("both directions at once: open it twice, with two authors and without -n", "websocket", Library,
                $"{Clients} ws -n 2 {ws}/v1/discuss '{{\"room\":\"tea\",\"author\":\"Ann\",\"text\":\"hello\"}}'", "\"text\":\"hello\""),
            new("one book, to a gRPC client", "grpc", Library,
                $"{Clients} grpc {url} library.v1.Library/GetBook '{{\"name\":\"shelves/fiction/books/frankenstein\"}}'", "Frankenstein"),
            new("both directions at once, to a gRPC client", "grpc", Library,
                $"{Clients} grpc {url} library.v1.Library/Discuss '{{\"room\":\"den\",\"author\":\"Bob\",\"text\":\"hello\"}}'", "hello"),

            new("a line in, a line out", "http", Tool,
                $"curl -s -H 'Content-Type: application/json' -d '{{\"text\":\"so it goes\"}}' {url}/v1/tools/lines:run", "SO IT GOES"),
            new("a stream of lines", "http", Tool,
                $"curl -sN '{url}/v1/tools/lines:tick?text=so&ticks=3'", "\"number\":3"),
            new("a stream of lines, as events", "sse", Tool,
                $"curl -sN -H 'Accept: text/event-stream' '{url}/v1/tools/lines:tick?text=so&ticks=3'", "event: end"),
            new("a process for the socket, lines of text", "websocket", Tool,
                $"{Clients} ws -n 2 {ws}/lines 'so it goes' 'and so on'", "SO IT GOES"),
            new("the tool as a gRPC service", "grpc", Tool,
                $"{Clients} grpc {url} tools.v1.LineTool/Talk '{{\"text\":\"so it goes\"}}' '{{\"text\":\"and so on\"}}'", "AND SO ON"),

            new("what is not ours to change goes through YARP as it is", "http", Page,
                $"curl -s {url}/hello", "Hello from a plain HTTP backend."),
            new("routes and health of the gateway", "admin", "the gateway itself",
                $"curl -s {admin}/health/ready", ""),
        ];
    }

    public static string ToJson(IReadOnlyList<DemoCommand> commands) =>
        JsonSerializer.Serialize(commands, Json.Default.IReadOnlyListDemoCommand) + "\n";

    public static string ToText(IReadOnlyList<DemoCommand> commands, DemoOptions options)
    {
        var text = new StringBuilder();
        text.Append($"The gateway listens on {options.GatewayUrl}, its admin port on {options.AdminUrl}.\n");
        text.Append($"In a browser: {options.GatewayUrl}/\n");
        var backend = "";
        foreach (var command in commands)
        {
            if (command.Backend != backend)
            {
                backend = command.Backend;
                text.Append($"\n{backend}\n");
            }

            text.Append($"\n  # {command.Edge}: {command.Title}\n  {command.Command}\n");
        }

        return text.Append("\nCtrl+C stops it.\n").ToString();
    }

    [JsonSerializable(typeof(IReadOnlyList<DemoCommand>))]
    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
    private sealed partial class Json : JsonSerializerContext;
}
