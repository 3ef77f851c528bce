namespace Gateway.Configuration;

/// <summary>Makes the record of a websocket cluster's `WebSocket`. What is absent keeps the default of its record.</summary>
internal static class WebSocketBuilder
{
    private static readonly WebSocketSettings Defaults = new();

    public static WebSocketSettings Build(SettingsReader socket) => new()
    {
        Path = socket.Text("Path"),
        Codec = socket.Word("Codec", Defaults.Codec),
        Subprotocols = socket.Texts("Subprotocols") ?? Defaults.Subprotocols,
        HalfClose = socket.Text("HalfClose") is { } halfClose ? ConfigGrammar.HalfCloses.Find(halfClose) : null,
        HalfCloseMessage = socket.Text("HalfCloseMessage"),
        OpenMessages = socket.Texts("OpenMessages") ?? Defaults.OpenMessages,
        AutoReply = AutoReplies(socket.Section("AutoReply")),
        SkipMessages = socket.Int32("SkipMessages", Defaults.SkipMessages),
        ExitMessage = socket.Text("ExitMessage"),
        EventName = socket.Text("EventName"),
        ErrorMessage = socket.Flag("ErrorMessage", Defaults.ErrorMessage),
        CloseCodes = socket.TextMap("CloseCodes"),
        ConnectTimeout = socket.Duration("ConnectTimeout", Defaults.ConnectTimeout),
        PingInterval = socket.Duration("PingInterval", Defaults.PingInterval),
        PongTimeout = socket.Duration("PongTimeout", Defaults.PongTimeout),
        Fanout = FanoutBuilder.Build(socket),
    };

    private static List<AutoReplySettings> AutoReplies(SettingsReader list)
    {
        var replies = new List<AutoReplySettings>();
        foreach (var node in list.Node?.Children ?? [])
        {
            var rule = new SettingsReader(node);
            replies.Add(new AutoReplySettings(rule.Text("Reply", ""), rule.Text("Text"), rule.Text("Member"), rule.Text("Value")));
        }

        return replies;
    }
}
