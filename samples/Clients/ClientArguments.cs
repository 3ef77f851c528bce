namespace Samples.Clients;

/// <summary>The command line, taken apart.</summary>
internal sealed record ClientArguments
{
    /// <summary>`ws` or `grpc`.</summary>
    public required string Kind { get; init; }

    public required Uri Url { get; init; }

    /// <summary>`pkg.Service/Method` of a gRPC call; empty for a socket.</summary>
    public string Method { get; init; } = "";

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public string? Subprotocol { get; init; }

    /// <summary>Messages after which a socket is closed from this side; null means never.</summary>
    public int? Count { get; init; }

    /// <summary>Null when stdin holds the messages.</summary>
    public IReadOnlyList<string>? Messages { get; init; }

    public static bool TryParse(string[] args, out ClientArguments arguments, out string problem)
    {
        arguments = null!;
        problem = "";
        if (args is [] or ["--help", ..])
        {
            return false;
        }

        var kind = args[0];
        if (kind is not ("ws" or "grpc"))
        {
            problem = $"'{kind}' is not a client; there are ws and grpc";
            return false;
        }

        var headers = new List<KeyValuePair<string, string>>();
        string? subprotocol = null;
        int? count = null;
        var i = 1;
        for (; i + 1 < args.Length && args[i].StartsWith('-'); i += 2)
        {
            switch (args[i])
            {
                case "-H" when args[i + 1].Split(':', 2) is [var name, var value]:
                    headers.Add(new(name.Trim(), value.Trim()));
                    break;
                case "-p":
                    subprotocol = args[i + 1];
                    break;
                case "-n" when int.TryParse(args[i + 1], out var n) && n > 0:
                    count = n;
                    break;
                default:
                    problem = $"'{args[i]} {args[i + 1]}' is not understood";
                    return false;
            }
        }

        var fixedCount = kind == "ws" ? 1 : 2;
        if (args.Length - i < fixedCount || !Uri.TryCreate(args[i], UriKind.Absolute, out var url))
        {
            problem = kind == "ws" ? "a URL is missing: clients ws ws://127.0.0.1:8080/…" : "clients grpc URL METHOD [JSON…]";
            return false;
        }

        var rest = args[(i + fixedCount)..];
        arguments = new ClientArguments
        {
            Kind = kind,
            Url = url,
            Method = kind == "grpc" ? args[i + 1].TrimStart('/') : "",
            Headers = headers,
            Subprotocol = subprotocol,
            Count = count,
            Messages = rest.Length > 0 ? rest : null,
        };
        return true;
    }

    /// <summary>The messages, from the command line or line by line from stdin.</summary>
    public async IAsyncEnumerable<string> ReadMessagesAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Messages is not null)
        {
            foreach (var message in Messages)
            {
                yield return message;
            }

            yield break;
        }

        while (await Console.In.ReadLineAsync(cancellationToken) is { } line)
        {
            yield return line;
        }
    }
}
