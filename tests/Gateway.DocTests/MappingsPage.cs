using System.Globalization;
using System.Text;
using Transcoders.Calls;
using Transcoders.Grpc;
using Transcoders.Http;
using Transcoders.Stdio;
using Transcoders.Stdio.JsonRpc;
using Transcoders.WebSocket;

namespace Gateway.DocTests;

/// <summary>Writes docs/mappings.md from the tables that calls go by.</summary>
internal static class MappingsPage
{
    private static readonly IEnumerable<StatusCode> Codes = Enumerable.Range(0, StatusCodeNames.Count).Select(static number => (StatusCode)number);

    public static string Write()
    {
        var page = new StringBuilder();
        page.Append("""
            # Status tables

            How a call's end reads in each protocol, both ways. This page is written from the tables in the code; a test compares them.

            ## Towards the client

            | status | gRPC | HTTP | WebSocket close | JSON-RPC error | exit of `gateway call` |
            |---|---|---|---|---|---|

            """);
        foreach (var code in Codes)
        {
            Row(page, StatusCodeNames.Name(code), (int)code, HttpStatusMapping.ToHttp(code), CloseCodeMapping.ToCloseCode(code),
                code == StatusCode.Ok ? "a result" : JsonRpcStatusMapping.ToCode(code), GatewayExitCode.From(code));
        }

        page.Append("""

            A status may ask for another HTTP status where HTTP has the better word: 404 for no route, 405, 406, 413, 415, 502.
            The reason of a close is `NAME: message`, cut to 123 bytes.

            ## From an HTTP server

            | HTTP | status |
            |---|---|

            """);
        Inverted(page, Enumerable.Range(200, 400), HttpStatusMapping.FromHttp);
        page.Append("""

            ## From a gRPC server

            `grpc-status` is the status; a number outside 0–16 is UNKNOWN. An answer without it, by its HTTP status:

            | HTTP | status |
            |---|---|

            """);
        Inverted(page, Enumerable.Range(400, 200), GrpcStatusMapping.FromHttp);
        page.Append("""

            A stream that was reset, or a connection that was closed, by the HTTP/2 error code:

            | error code | status |
            |---|---|

            """);
        Inverted(page, Enumerable.Range(0, 14), static error => GrpcStatusMapping.FromHttp2Error(error));
        page.Append("""

            ## From a WebSocket server

            A reason in the form `NAME: message` names the status exactly where a close code stands for several.

            | close code | status |
            |---|---|

            """);
        Inverted(page, Enumerable.Range(1000, 16).Concat(Enumerable.Range(3000, 2000)), static code => CloseCodeMapping.FromCloseCode(code, default));
        page.Append("\nWhat came before the close matters to two of them (1005 is a close without a code, 1006 a connection that broke off):\n\n");
        page.Append("| close code | answers | came before | status |\n|---|---|---|---|\n");
        foreach (var code in new[] { CloseCodeMapping.GoingAway, CloseCodeMapping.NoCode })
        {
            foreach (var streams in new[] { false, true })
            {
                WithContext(page, code, new CloseContext(streams, HasMessage: false, IsComplete: false), "nothing");
                WithContext(page, code, new CloseContext(streams, HasMessage: true, IsComplete: !streams), streams ? "a message" : "the answer");
            }
        }

        page.Append("""

            ## From a process

            By the convention it keeps.

            """);
        foreach (var name in ExitCodeTable.Names)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n| exit code, `{name}` | status |\n|---|---|\n");
            _ = ExitCodeTable.TryFind(name, out var table);
            Inverted(page, Enumerable.Range(0, 256), code => table![code]);
        }

        page.Append("""

            | signal, not sent by the gateway | status |
            |---|---|

            """);
        Inverted(page, Enumerable.Range(1, 31), ExitCodeMapping.FromSignal);
        page.Append("""

            An error of a JSON-RPC process, by its code, unless its data is a google.rpc.Status. Any other code is UNKNOWN.

            | code | status |
            |---|---|

            """);
        Inverted(page, Enumerable.Range(-32700, 1).Concat(Enumerable.Range(-32603, 4)).Concat(Enumerable.Range(1, 16)), JsonRpcStatusMapping.FromCode);
        return page.ToString();
    }

    private static void WithContext(StringBuilder page, int code, CloseContext context, string before) =>
        Row(page, code, context.StreamsResponses ? "a stream" : "one", before, StatusCodeNames.Name(CloseCodeMapping.FromCloseCode(code, context)));

    /// <summary>A row for each status, with everything that means it.</summary>
    private static void Inverted(StringBuilder page, IEnumerable<int> numbers, Func<int, StatusCode> table)
    {
        foreach (var group in numbers.GroupBy(table).OrderBy(static group => group.Key))
        {
            Row(page, Runs([.. group]), StatusCodeNames.Name(group.Key));
        }
    }

    /// <summary>`400, 405–407`.</summary>
    private static string Runs(int[] numbers)
    {
        var runs = new List<string>();
        for (var first = 0; first < numbers.Length;)
        {
            var last = first;
            while (last + 1 < numbers.Length && numbers[last + 1] == numbers[last] + 1)
            {
                last++;
            }

            runs.Add(last == first ? $"{numbers[first]}" : $"{numbers[first]}–{numbers[last]}");
            first = last + 1;
        }

        return string.Join(", ", runs);
    }

    private static void Row(StringBuilder page, params object[] cells) =>
        page.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells)} |\n");
}
