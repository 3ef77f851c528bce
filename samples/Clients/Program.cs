using Samples.Clients;

const string Usage = """
    clients: a WebSocket and a gRPC client for the samples.

      clients ws [-H 'K: V'] [-p SUBPROTOCOL] [-n COUNT] URL [MESSAGE…]
          Sends each message as one text message and prints what comes, a line each. Without a message it sends the
          lines of stdin. -n closes after COUNT messages; else the socket stays open until the other side closes it.
      clients grpc [-H 'K: V'] URL METHOD [JSON…]
          Calls a method of the samples, such as library.v1.Library/GetBook. Each JSON argument is one message;
          without one, each line of stdin. Prints each answer as a line of JSON.

    Exit code: 0; 1 for a socket closed with an error; 64 + the gRPC status; 2 for a command line that is not understood.
    """;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

if (ClientArguments.TryParse(args, out var arguments, out var problem))
{
    return arguments.Kind switch
    {
        "ws" => await WebSocketConsole.RunAsync(arguments, stop.Token),
        _ => await GrpcConsole.RunAsync(arguments, stop.Token),
    };
}

Console.Error.WriteLine(problem.Length > 0 ? $"clients: {problem}" : Usage);
return problem.Length > 0 ? 2 : 0;
