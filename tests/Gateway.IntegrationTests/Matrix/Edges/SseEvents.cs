using System.Text;

namespace Gateway.IntegrationTests.Matrix.Edges;

/// <summary>Reads an event stream as WHATWG HTML §9.2.6 says; comments are counted.</summary>
internal sealed class SseEvents(Stream stream)
{
    private readonly StreamReader _lines = new(stream);

    /// <summary>The last id seen, which EventSource would send when it reconnects.</summary>
    public string LastId { get; private set; } = "";

    /// <summary>`retry:` in milliseconds; null before it was said.</summary>
    public string? Retry { get; private set; }

    public int Comments { get; private set; }

    /// <summary>The next event; null at the end of the stream.</summary>
    public async Task<SseEvent?> ReadAsync(CancellationToken cancellationToken)
    {
        var name = "message";
        StringBuilder? data = null;
        while (await _lines.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length == 0)
            {
                if (data is not null)
                {
                    return new SseEvent(name, data.ToString(), LastId);
                }

                name = "message";
                continue;
            }

            var colon = line.IndexOf(':');
            var field = colon < 0 ? line : line[..colon];
            var value = colon < 0 ? "" : line[(colon + 1)..];
            value = value.StartsWith(' ') ? value[1..] : value;
            switch (field)
            {
                case "":
                    Comments++;
                    break;
                case "event":
                    name = value;
                    break;
                case "data":
                    data = data is null ? new StringBuilder(value) : data.Append('\n').Append(value);
                    break;
                case "id":
                    LastId = value;
                    break;
                case "retry":
                    Retry = value;
                    break;
            }
        }

        return null;
    }

    /// <summary>Reads on until a comment has come.</summary>
    public async Task<bool> ReadCommentAsync(CancellationToken cancellationToken)
    {
        while (await _lines.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith(':'))
            {
                Comments++;
                return true;
            }
        }

        return false;
    }
}

/// <summary>One dispatched event, with the last id as of then.</summary>
internal sealed record SseEvent(string Name, string Data, string Id);
