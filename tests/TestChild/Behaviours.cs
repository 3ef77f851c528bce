using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

/// <summary>
/// library.v1.Behaviours on stdin and stdout, a JSON line for each message; GATEWAY_METHOD says which method the process is for.
/// What happens is told, a line each, to the port LEDGER names, so that a test can wait for it.
/// </summary>
internal sealed class Behaviours : IDisposable
{
    /// <summary>Messages sent between two words about it.</summary>
    private const int SentStep = 50;

    private readonly StreamReader _input = new(Console.OpenStandardInput(), new UTF8Encoding(false));
    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly StreamWriter _ledger;
    private readonly TcpClient _connection;
    private int _sent;
    private bool _started;

    private Behaviours(int port)
    {
        _connection = new TcpClient("127.0.0.1", port) { NoDelay = true };
        _ledger = new StreamWriter(_connection.GetStream(), new UTF8Encoding(false)) { NewLine = "\n", AutoFlush = true };
    }

    public static int Run()
    {
        using var behaviours = new Behaviours(int.Parse(Environment.GetEnvironmentVariable("LEDGER")!));
        var method = Environment.GetEnvironmentVariable("GATEWAY_METHOD") ?? "";
        return behaviours.Serve(method[(method.LastIndexOf('/') + 1)..]);
    }

    public void Dispose()
    {
        _input.Dispose();
        _ledger.Dispose();
        _connection.Dispose();
    }

    private int Serve(string method)
    {
        if (method is "Collect" or "Chat")
        {
            return method == "Collect" ? Collect() : Chat();
        }

        var request = Read() ?? throw new InvalidDataException("There is no request.");
        switch (method)
        {
            case "Echo":
                Write(new JsonObject
                {
                    ["payload"] = request["payload"]?.DeepClone(),
                    ["text"] = Text(request["text"]),
                    ["traceparent"] = Environment.GetEnvironmentVariable("TRACEPARENT") ?? "",
                });
                return Done();
            case "Fail":
                return Fail(request["failure"]!);
            case "Stream":
                var text = new string('x', Number(request["size"]));
                for (var i = 0; i < Number(request["count"]); i++)
                {
                    Write(new JsonObject { ["index"] = i.ToString(), ["text"] = text });
                }

                if ((bool?)request["hang"] == true)
                {
                    Forever();
                }

                return request["failure"] is { } failure ? Fail(failure) : Done();
            case "Hang":
                Forever();
                return 0;
            default:
                Console.Error.WriteLine($"testchild: no method '{method}'");
                return 64;
        }
    }

    private int Collect()
    {
        var count = 0;
        var bytes = 0;
        var texts = new JsonArray();
        while (Read() is { } item)
        {
            count++;
            bytes += Text(item["text"]).Length;
            texts.Add(Text(item["text"]));
            if (item["failure"] is { } failure)
            {
                return Fail(failure);
            }
        }

        Tell("half");
        Write(new JsonObject { ["count"] = count.ToString(), ["bytes"] = bytes.ToString(), ["texts"] = texts });
        return Done();
    }

    private int Chat()
    {
        while (Read() is { } item)
        {
            Write(new JsonObject { ["text"] = Text(item["text"]) });
            if (item["failure"] is { } failure)
            {
                return Fail(failure);
            }
        }

        Tell("half");
        return Done();
    }

    private JsonNode? Read()
    {
        if (_input.ReadLine() is not { } line)
        {
            return null;
        }

        var message = JsonNode.Parse(line)!;
        if (!_started)
        {
            _started = true;
            Tell($"start {Text(message["key"])} {Environment.ProcessId} {Environment.GetEnvironmentVariable("TRACEPARENT")}");
        }

        Tell("received");
        return message;
    }

    private void Write(JsonObject message)
    {
        _output.Write(JsonSerializer.SerializeToUtf8Bytes<JsonNode>(message, JsonSerializerOptions.Default));
        _output.Write("\n"u8);
        if (++_sent % SentStep == 1)
        {
            Tell($"sent {_sent}");
        }
    }

    private int Done()
    {
        Tell($"sent {_sent}");
        Tell("done");
        return 0;
    }

    private int Fail(JsonNode failure)
    {
        Tell("fail");
        if (Text(failure["message"]).Length == 0)
        {
            // Told by the exit code alone: sysexits.h and timeout(1) have words for some.
            return Number(failure["code"]) switch { 3 => 65, 4 => 124, 5 => 66, 7 => 77, 9 => 73, 13 => 70, 14 => 69, _ => 1 };
        }

        Console.Error.WriteLine(new JsonObject { ["code"] = Number(failure["code"]), ["message"] = Text(failure["message"]) }.ToJsonString());
        return 1;
    }

    private void Tell(string what) => _ledger.WriteLine(what);

    private static string Text(JsonNode? node) => (string?)node ?? "";

    private static int Number(JsonNode? node) => (int?)node ?? 0;

    private static void Forever()
    {
        using var never = new ManualResetEvent(false);
        never.WaitOne();
    }
}
