using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Gateway.Configuration;
using Transcoders.Calls;
using Transcoders.WebSocket;

namespace Gateway.Backends.WebSocket;

/// <summary>How a cluster's sockets are spoken to, compiled from its settings. Immutable.</summary>
internal sealed class WebSocketPlan
{
    private const string NoHalfClose =
        "a WebSocket has no half-close; set WebSocket:HalfClose to envelope, emptyText, message, close or ignore, whichever the server understands";

    private const string PathNeedsRequest = "its WebSocket:Path names fields, which only a single request has; leave the fields out of the path";

    private WebSocketPlan(WebSocketSettings settings, bool hasSchema, PathTemplate? path)
    {
        Settings = settings;
        Path = path;
        HasSchema = hasSchema;
        IsEnvelope = settings.HalfClose == "envelope" || (settings.HalfClose is null && settings.Subprotocols.Contains(Transcoders.WebSocket.Subprotocols.Envelope));
        Subprotocols = IsEnvelope && !settings.Subprotocols.Contains(Transcoders.WebSocket.Subprotocols.Envelope)
            ? [Transcoders.WebSocket.Subprotocols.Envelope, .. settings.Subprotocols]
            : settings.Subprotocols;
        Format = !hasSchema ? PayloadFormat.Text : settings.Codec == "protobuf" ? PayloadFormat.Protobuf : PayloadFormat.Json;
        OpenMessages = [.. settings.OpenMessages.Select(MessageTemplate.Parse)];
        HalfCloseMessage = Encoding.UTF8.GetBytes(settings.HalfCloseMessage ?? "");
        ExitMessage = settings.ExitMessage is null ? null : Encoding.UTF8.GetBytes(settings.ExitMessage);
        AutoReplies = [.. settings.AutoReply.Select(static rule => new AutoReply(rule))];
        CloseCodes = settings.CloseCodes
            .Where(static entry => IsCloseCode(entry.Key) && CodeOf(entry.Value) is not null)
            .ToFrozenDictionary(static entry => int.Parse(entry.Key, CultureInfo.InvariantCulture), static entry => CodeOf(entry.Value)!.Value);
    }

    public WebSocketSettings Settings { get; }

    /// <summary>True when the cluster's methods and messages are known.</summary>
    public bool HasSchema { get; }

    /// <summary>The configured path; null when the call says it.</summary>
    public PathTemplate? Path { get; }

    /// <summary>True when only a socket that speaks the envelope will do.</summary>
    public bool IsEnvelope { get; }

    public IReadOnlyList<string> Subprotocols { get; }

    /// <summary>What messages are when they are written; without a schema they may be anything.</summary>
    public PayloadFormat Format { get; }

    public IReadOnlyList<MessageTemplate> OpenMessages { get; }

    public ReadOnlyMemory<byte> HalfCloseMessage { get; }

    public ReadOnlyMemory<byte>? ExitMessage { get; }

    public IReadOnlyList<AutoReply> AutoReplies { get; }

    public FrozenDictionary<int, StatusCode> CloseCodes { get; }

    public static WebSocketPlan Compile(ClusterSettings cluster)
    {
        var settings = cluster.WebSocket ?? new WebSocketSettings();
        return new WebSocketPlan(settings, cluster.Schema is not null, settings.Path is null ? null : PathTemplate.Parse(settings.Path, out _));
    }

    public static ProtocolTraits Traits(ClusterSettings cluster)
    {
        var plan = Compile(cluster);
        var refusal = !plan.HasSchema ? null
            : plan.Path is { NeedsRequest: true } ? PathNeedsRequest
            : plan.IsEnvelope || plan.Settings.HalfClose is not null ? null
            : NoHalfClose;
        return WebSocketTraits.Backend(plan.HasSchema ? plan.Format : null, plan.IsEnvelope, refusal);
    }

    /// <summary>What is wrong with the settings beyond the grammar of the file.</summary>
    public static IReadOnlyList<ConfigProblem> Check(ClusterSettings cluster)
    {
        var problems = new List<ConfigProblem>();
        if (cluster.WebSocket is not { } settings)
        {
            return problems;
        }

        void Report(string key, string text) => problems.Add(new(cluster.Position, $"ReverseProxy:Clusters:{cluster.Id}:WebSocket:{key}", text));
        if (settings.Path is { } path)
        {
            var template = PathTemplate.Parse(path, out var problem);
            if (template is null)
            {
                Report("Path", $"'{path}' {problem}.");
            }
            else if (template.NeedsRequest && (cluster.Schema is null || settings.Codec == "protobuf"))
            {
                Report("Path", $"'{path}' names fields of a request, which are known only with a Schema and Codec json.");
            }
        }

        if (settings.HalfClose == "message" != settings.HalfCloseMessage is not null)
        {
            Report("HalfCloseMessage", "HalfClose 'message' and HalfCloseMessage belong together; set both or none.");
        }

        foreach (var subprotocol in settings.Subprotocols)
        {
            if (!MetadataText.IsName(subprotocol))
            {
                Report("Subprotocols", $"'{subprotocol}' is no subprotocol: it takes letters, digits and -_.");
            }
        }

        foreach (var (code, status) in settings.CloseCodes)
        {
            if (!IsCloseCode(code))
            {
                Report("CloseCodes", $"'{code}' is no close code; that is a number from 1000 to 4999.");
            }
            else if (CodeOf(status) is null)
            {
                Report("CloseCodes", $"'{status}' is no status; write one like \"NOT_FOUND\".");
            }
        }

        return problems;
    }

    /// <summary>The code of a name (`NOT_FOUND`); null when it is none.</summary>
    public static StatusCode? CodeOf(string? name)
    {
        for (var number = 0; number < StatusCodeNames.Count; number++)
        {
            if (StatusCodeNames.Name((StatusCode)number).Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return (StatusCode)number;
            }
        }

        return null;
    }

    private static bool IsCloseCode(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code is >= 1000 and <= 4999;

    /// <summary>A message of the server that is answered here.</summary>
    internal sealed class AutoReply(AutoReplySettings rule)
    {
        private readonly byte[]? _text = rule.Text is null ? null : Encoding.UTF8.GetBytes(rule.Text);

        public ReadOnlyMemory<byte> Reply { get; } = Encoding.UTF8.GetBytes(rule.Reply);

        public bool Matches(ReadOnlySpan<byte> message) =>
            _text is not null
                ? message.SequenceEqual(_text)
                : rule.Member is not null && rule.Value is not null && JsonMember.Find(message, rule.Member) == rule.Value;
    }
}
