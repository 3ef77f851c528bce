using System.Globalization;
using Gateway.Configuration;
using Transcoders.Calls;
using Transcoders.Stdio;

namespace Gateway.Backends.Stdio;

/// <summary>How one call is spoken to its process, compiled from the cluster's settings. Immutable.</summary>
internal sealed class StdioExchange
{
    /// <summary>Most bytes of output that are held until the exit code is known.</summary>
    private const int MaxSerialized = 1024 * 1024;

    /// <summary>How messages, or a body, are cut and joined.</summary>
    public required StdioFraming Framing { get; init; }

    /// <summary>What messages are.</summary>
    public required PayloadFormat Format { get; init; }

    /// <summary>Most bytes of a message.</summary>
    public required int Limit { get; init; }

    /// <summary>The output is one message, and none is an empty one where the format has such.</summary>
    public bool IsOneMessage { get; init; }

    /// <summary>The output begins with a header block.</summary>
    public bool IsCgi { get; init; }

    /// <summary>Messages are JSON-RPC.</summary>
    public bool IsJsonRpc { get; init; }

    /// <summary>How every answer opens, where the process does not say.</summary>
    public ResponseHead Head { get; init; } = ResponseHead.Empty;

    public required ExitCodeTable ExitCodes { get; init; }

    public required StatusReader Statuses { get; init; }

    /// <summary>Put the end of stderr into the status the client sees.</summary>
    public required bool ExposeStderr { get; init; }

    /// <summary>How long a process may stay once it has closed its output.</summary>
    public required TimeSpan Grace { get; init; }

    /// <summary>What a cluster's settings make of it.</summary>
    public static StdioExchange Compile(ClusterSettings cluster, PayloadFormat format, StatusReader statuses)
    {
        var settings = cluster.Process ?? new ProcessSettings();
        var isRaw = settings.Framing == "raw";
        var isOneMessage = isRaw && cluster.Schema is not null;
        var isSerialized = isRaw && cluster.Schema is null && settings.Serialize;
        var framing = isOneMessage || isSerialized ? new WholeFraming()
            : settings.Framing == "cgi" ? new RawFraming()
            : StdioFraming.TryCreate(settings.Framing, format, out var named) ? named
            : new LineFraming(format);
        return new StdioExchange
        {
            Framing = framing,
            Format = format,
            Limit = isSerialized ? Math.Min(settings.LineLength, MaxSerialized) : settings.LineLength,
            IsOneMessage = isOneMessage,
            IsCgi = settings.Framing == "cgi",
            IsJsonRpc = settings.Dialect == "jsonrpc",
            Head = settings.ContentType is null ? ResponseHead.Empty : new ResponseHead { ContentType = settings.ContentType },
            ExitCodes = CompileExitCodes(settings),
            Statuses = statuses,
            ExposeStderr = settings.ExposeStderr,
            Grace = settings.StopGrace,
        };
    }

    /// <summary>The same process, spoken to by its bare streams.</summary>
    public StdioExchange AsStreams() => new()
    {
        Framing = new RawFraming(),
        Format = PayloadFormat.Binary,
        Limit = Limit,
        ExitCodes = ExitCodes,
        Statuses = Statuses,
        ExposeStderr = ExposeStderr,
        Grace = Grace,
    };

    /// <summary>What the framing, the codec, the dialect and the schema make of a message.</summary>
    public static PayloadFormat FormatOf(ClusterSettings cluster)
    {
        var settings = cluster.Process ?? new ProcessSettings();
        if (cluster.Schema is not null)
        {
            return settings.Codec == "protobuf" ? PayloadFormat.Protobuf : PayloadFormat.Json;
        }

        return settings.Framing switch
        {
            "raw" or "cgi" or "len32" or "varint" => PayloadFormat.Binary,
            "lsp" or "json-seq" => PayloadFormat.Json,
            _ when settings.Dialect == "jsonrpc" => PayloadFormat.Json,
            _ => PayloadFormat.Text,
        };
    }

    /// <summary>What the cluster carries.</summary>
    public static ProtocolTraits TraitsOf(ClusterSettings cluster)
    {
        var settings = cluster.Process ?? new ProcessSettings();
        var format = FormatOf(cluster);
        return settings.Framing switch
        {
            "cgi" => StdioTraits.Cgi,
            "raw" when cluster.Schema is not null => StdioTraits.Exec(format),
            "raw" when settings.Serialize => StdioTraits.Serialized,
            "len32" or "varint" when cluster.Schema is null => StdioTraits.FramedBytes,
            _ when settings.Dialect == "jsonrpc" => StdioTraits.JsonRpc,
            _ => StdioTraits.Backend(format),
        };
    }

    private static ExitCodeTable CompileExitCodes(ProcessSettings settings)
    {
        if (settings.ExitCodeMap.Count == 0)
        {
            return ExitCodeTable.TryFind(settings.ExitCodes, out var table) ? table : ExitCodeTable.Sysexits;
        }

        var codes = new Dictionary<int, StatusCode>();
        foreach (var (number, name) in settings.ExitCodeMap)
        {
            var status = Enum.GetValues<StatusCode>().FirstOrDefault(code => StatusCodeNames.Name(code).Equals(name, StringComparison.OrdinalIgnoreCase), StatusCode.Unknown);
            codes[int.Parse(number, CultureInfo.InvariantCulture)] = status;
        }

        return ExitCodeTable.Of(codes);
    }
}
