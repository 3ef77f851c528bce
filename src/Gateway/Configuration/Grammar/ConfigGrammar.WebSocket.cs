namespace Gateway.Configuration;

/// <summary>The keys of a websocket cluster.</summary>
internal static partial class ConfigGrammar
{
    public static ChoiceType HalfCloses { get; } = new("envelope", "emptyText", "close", "ignore", "message");

    private static ObjectType WebSocket => new("a websocket cluster's WebSocket",
    [
        new("Path", Text, "Where sockets are opened: `/talk`, or `/rooms/{room}` with fields of the first request. Absent: `/pkg.Service/Method` with a schema, else the path and query of the client."),
        new("Codec", new ChoiceType("json", "protobuf"), "What messages of a schema are: JSON in text frames, or protobuf in binary ones.") { Default = "\"json\"" },
        new("Subprotocols", Texts, "Subprotocols offered to the server. With `gateway.v1.json` the socket speaks the envelope."),
        new("HalfClose", HalfCloses, "How the server learns that a client has sent its last message: a socket has no word for it."),
        new("HalfCloseMessage", Text, "The message that says so, with HalfClose `message`."),
        new("OpenMessages", Texts, "Messages sent before the client's, with `{query.name}`, `{header.name}` and `{path}` filled in."),
        new("AutoReply", new ListType(AutoReply), "Messages of the server that are answered here and seen by no client."),
        new("SkipMessages", new IntegerType(0, 1000), "How many first messages of the server are left out.") { Default = "0" },
        new("ExitMessage", Text, "A message sent before the gateway closes a socket."),
        new("EventName", Text, "The member of a JSON message, such as `type`, that names its event for SSE clients."),
        new("ErrorMessage", Flag, "A last message `{\"error\":Status}` before a close that reports a failure is the status, with its details.") { Default = "true" },
        new("CloseCodes", new MapType(TextType.Lenient, "a status"), "Statuses of close codes, over the table: `{ \"4001\": \"UNAUTHENTICATED\" }`."),
        new("ConnectTimeout", DurationType.Positive, "How long connecting and the handshake may take.") { Default = "\"00:00:10\"" },
        new("PingInterval", DurationType.Positive, "Silence of the server after which it is pinged, while a message of it is waited for.") { Default = "\"00:00:30\"" },
        new("PongTimeout", DurationType.Positive, "How long it may then stay silent before it counts as gone.") { Default = "\"00:00:10\"" },
        .. Sharing("Streams of the same path, query and credentials share one socket."),
    ]);

    private static ObjectType AutoReply => new("an automatic reply",
        new("Reply", Text, "What is sent back.") { Required = true },
        new("Text", Text, "The message that is answered, letter by letter.") { Or = "Value" },
        new("Member", Text, "A member of a JSON message, such as `type`; it must have the value of Value."),
        new("Value", Text, "The value of Member in a message that is answered.") { Or = "Text" });

    /// <summary>The keys of a section whose backend can serve many listeners with one call.</summary>
    private static IReadOnlyList<ConfigKey> Sharing(string description) =>
    [
        new("Shared", Flag, description) { Default = "false" },
        new("SharedMessages", Count, "Most messages that wait for one of those who share, and that are held for one that comes back; more ends its call alone.") { Default = "256" },
        new("SharedBytes", MessageBytes, "Most bytes that wait for one of those who share, and that are held for one that comes back.") { Default = "\"1MiB\"" },
        new("SharedLinger", DurationType.NotNegative, "How long what is shared goes on when the last one has left.") { Default = "\"00:00:00\"" },
    ];
}
