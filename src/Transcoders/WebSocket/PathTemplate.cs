using System.Text;
using Transcoders.Calls;

namespace Transcoders.WebSocket;

/// <summary>The path a socket is opened at, with places for fields of the first request: `/rooms/{room}` and `{"room":"a b"}` → `/rooms/a%20b`. Immutable.</summary>
public sealed class PathTemplate
{
    /// <summary>Literals at even places, field paths at odd ones.</summary>
    private readonly List<string> _pieces = [];

    private PathTemplate()
    {
    }

    /// <summary>True when it cannot be filled in without a request.</summary>
    public bool NeedsRequest => _pieces.Count > 1;

    /// <summary>Reads a template; <paramref name="problem"/> continues the sentence that began with it, when it is none.</summary>
    public static PathTemplate? Parse(string text, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        problem = text.StartsWith('/') ? null : "is no path: it must begin with '/'";
        var template = new PathTemplate();
        var rest = text;
        while (problem is null)
        {
            var open = rest.IndexOf('{', StringComparison.Ordinal);
            template._pieces.Add(open < 0 ? rest : rest[..open]);
            if (open < 0)
            {
                break;
            }

            var close = rest.IndexOf('}', open);
            if (close < open + 2 || !MetadataText.IsName(rest.AsSpan((open + 1)..close)))
            {
                problem = "has a '{' that is not followed by the name of a field and a '}'";
                break;
            }

            template._pieces.Add(rest[(open + 1)..close]);
            rest = rest[(close + 1)..];
        }

        return problem is null ? template : null;
    }

    /// <summary>The path for a call.</summary>
    /// <param name="request">The first request, in JSON; empty where <see cref="NeedsRequest"/> is false.</param>
    /// <exception cref="CallException">INVALID_ARGUMENT when a field is missing, empty, or would climb out of its place (`..`).</exception>
    public string Render(ReadOnlySpan<byte> request)
    {
        if (!NeedsRequest)
        {
            return _pieces[0];
        }

        var path = new StringBuilder(_pieces[0]);
        for (var i = 1; i < _pieces.Count; i += 2)
        {
            var value = JsonMember.Find(request, _pieces[i]);
            if (value is null or "" or "." or "..")
            {
                throw new CallException(new CallStatus(StatusCode.InvalidArgument, $"The field '{_pieces[i]}' names the place to connect to; it is missing, or not a name.") { Origin = StatusOrigin.Client });
            }

            path.Append(Uri.EscapeDataString(value)).Append(_pieces[i + 1]);
        }

        return path.ToString();
    }
}
