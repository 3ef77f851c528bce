using System.Text;
using System.Text.Json;
using Gateway.Configuration;
using Transcoders.Calls;
using Transcoders.Sse;

namespace Gateway.Backends.Http;

/// <summary>What an event means to a call.</summary>
internal enum SseMeaning : byte
{
    Message,
    Ignored,
    End,
    Failure,
}

/// <summary>Tells messages from the events by which a stream says how it ended: a cluster's `Sse` section, compiled. Immutable.</summary>
internal sealed class SseRules
{
    private const string Unnamed = "message";
    private const string Done = "[DONE]";

    /// <summary>A stream ended without saying so that should have.</summary>
    public static readonly CallStatus Unannounced =
        new(StatusCode.Unavailable, "event stream ended without terminator") { HttpStatus = 502, Origin = StatusOrigin.Backend };

    private readonly HashSet<string> _endEvents = new(StringComparer.Ordinal);
    private readonly HashSet<string> _errorEvents;
    private readonly HashSet<string>? _filter;
    private readonly byte[][] _endData;
    private readonly bool _tellsErrorsUnnamed;
    private readonly bool _hasSchema;

    public SseRules(SseSettings settings, bool hasSchema)
    {
        _hasSchema = hasSchema;
        _errorEvents = new HashSet<string>(settings.ErrorEvents, StringComparer.Ordinal);
        _filter = settings.EventFilter is null ? null : new HashSet<string>(settings.EventFilter, StringComparer.Ordinal);
        var data = new List<byte[]>();
        foreach (var terminator in settings.Terminators)
        {
            switch (terminator)
            {
                case "gateway":
                    _endEvents.Add("end");
                    break;
                case "openai":
                    data.Add(Encoding.UTF8.GetBytes(Done));
                    _tellsErrorsUnnamed = true;
                    break;
                case var text when text.StartsWith("event:", StringComparison.Ordinal):
                    _endEvents.Add(text["event:".Length..].Trim());
                    break;
                default:
                    data.Add(Encoding.UTF8.GetBytes(terminator["data:".Length..].Trim()));
                    break;
            }
        }

        _endData = [.. data];
        EndsUnannounced = settings.EndOfStream == "ok" || (settings.EndOfStream == "auto" && !hasSchema);
    }

    /// <summary>True when a stream may end without saying so.</summary>
    public bool EndsUnannounced { get; }

    /// <summary>The status of a stream that said it ended well, with the trailers it said it with.</summary>
    public static CallStatus Success(ReadOnlySpan<byte> data) =>
        SseTrailers.Read(data) is { } trailers ? new CallStatus(StatusCode.Ok, "") { Trailers = trailers } : CallStatus.Ok;

    public SseMeaning Judge(in SseEvent read)
    {
        var name = read.Name ?? Unnamed;
        var data = read.Data.Span;
        if (_endEvents.Contains(name))
        {
            return SseMeaning.End;
        }

        foreach (var end in _endData)
        {
            if (data.SequenceEqual(end))
            {
                return SseMeaning.End;
            }
        }

        if (_errorEvents.Contains(name) || (_tellsErrorsUnnamed && read.Name is null && IsErrorObject(data)))
        {
            return SseMeaning.Failure;
        }

        // An event without data cannot be a message of a schema: it brings an id, or keeps the line warm.
        return (_filter is null || _filter.Contains(name)) && (!_hasSchema || !data.IsEmpty) ? SseMeaning.Message : SseMeaning.Ignored;
    }

    /// <summary>`{"error":{…}}`: how a chat completion fails after it began, in place of a chunk.</summary>
    private static bool IsErrorObject(ReadOnlySpan<byte> data)
    {
        if (data.Length < 2 || data[0] != '{')
        {
            return false;
        }

        try
        {
            var json = new Utf8JsonReader(data);
            return json.Read() && json.Read() && json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals("error"u8)
                && json.Read() && json.TokenType == JsonTokenType.StartObject;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
