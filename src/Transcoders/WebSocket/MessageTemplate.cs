using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Transcoders.Calls;

namespace Transcoders.WebSocket;

/// <summary>
/// A message with places to fill in from how a call opens: `{"op":"subscribe","ch":"{query.ch}"}` → `{"op":"subscribe","ch":"btc"}`.
/// Immutable.
/// </summary>
/// <remarks>
/// A value never leaves its place: inside a JSON string it is escaped, elsewhere in JSON it must be a number, true, false or null,
/// and in a message that is no JSON it holds no control characters.
/// </remarks>
public sealed class MessageTemplate
{
    private readonly List<Piece> _pieces = [];

    private MessageTemplate()
    {
    }

    /// <summary>Where a place gets its value from.</summary>
    private enum Source : byte
    {
        Literal,
        Query,
        Header,
        Path,
    }

    /// <summary>Where a place stands.</summary>
    private enum Place : byte
    {
        Text,
        JsonString,
        JsonValue,
    }

    /// <summary>Names of the headers it asks for: calls that differ in them are different calls.</summary>
    public IEnumerable<string> Headers
    {
        get
        {
            foreach (var piece in _pieces)
            {
                if (piece.Source == Source.Header)
                {
                    yield return piece.Text;
                }
            }
        }
    }

    /// <summary>Reads a template: `{query.name}`, `{header.name}` and `{path}` are places, everything else stands for itself.</summary>
    public static MessageTemplate Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var template = new MessageTemplate();
        var trimmed = text.AsSpan().TrimStart();
        var isJson = trimmed.Length > 0 && trimmed[0] is '{' or '[' or '"' && !(trimmed[0] == '{' && TryPlace(trimmed, out _, out _, out _));
        var (inString, literal, at) = (false, 0, 0);
        while (at < text.Length)
        {
            if (text[at] == '{' && TryPlace(text.AsSpan(at), out var source, out var name, out var length))
            {
                template.AddLiteral(text[literal..at]);
                template._pieces.Add(new Piece(source, name, isJson ? (inString ? Place.JsonString : Place.JsonValue) : Place.Text));
                at += length;
                literal = at;
                continue;
            }

            if (inString && text[at] == '\\')
            {
                at++;
            }
            else if (isJson && text[at] == '"')
            {
                inString = !inString;
            }

            at++;
        }

        template.AddLiteral(text[literal..]);
        return template;
    }

    /// <summary>The message for one call.</summary>
    /// <exception cref="CallException">INVALID_ARGUMENT when the call has no such value, or one that cannot stand there.</exception>
    public byte[] Render(CallHead head)
    {
        ArgumentNullException.ThrowIfNull(head);
        var text = new StringBuilder();
        foreach (var piece in _pieces)
        {
            text.Append(piece.Source == Source.Literal ? piece.Text : Fit(piece, Value(piece, head) ?? throw Missing(piece)));
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The first value of a query parameter, decoded; null when it is not there. `+` is a space.</summary>
    internal static string? Query(string target, string name)
    {
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var rest = question < 0 ? default : target.AsSpan(question + 1);
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf('&');
            var pair = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            var equals = pair.IndexOf('=');
            if (Decode(equals < 0 ? pair : pair[..equals]) == name)
            {
                return equals < 0 ? "" : Decode(pair[(equals + 1)..]);
            }
        }

        return null;
    }

    private static string Decode(ReadOnlySpan<char> text) => Uri.UnescapeDataString(text.ToString().Replace('+', ' '));

    private static bool TryPlace(ReadOnlySpan<char> text, out Source source, out string name, out int length)
    {
        (source, name, length) = (Source.Literal, "", text.IndexOf('}') + 1);
        if (length == 0)
        {
            return false;
        }

        var inner = text[1..(length - 1)];
        if (inner is "path")
        {
            source = Source.Path;
            return true;
        }

        var dot = inner.IndexOf('.');
        var from = dot < 0 ? default : inner[..dot];
        source = from is "query" ? Source.Query : from is "header" ? Source.Header : Source.Literal;
        if (source == Source.Literal || !MetadataText.IsName(inner[(dot + 1)..]))
        {
            return false;
        }

        name = inner[(dot + 1)..].ToString();
        return true;
    }

    private static string? Value(Piece piece, CallHead head) => piece.Source switch
    {
        Source.Query => Query(head.Target, piece.Text),
        Source.Header => head.Metadata.Find(piece.Text),
        _ => Decode(PathOf(head.Target)),
    };

    private static ReadOnlySpan<char> PathOf(string target)
    {
        var question = target.IndexOf('?', StringComparison.Ordinal);
        return question < 0 ? target : target.AsSpan(0, question);
    }

    private static string Fit(Piece piece, string value)
    {
        switch (piece.Place)
        {
            case Place.JsonString:
                return JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
            case Place.JsonValue when !IsPlainJson(value):
                throw Bad($"{piece} must be a number, true, false or null.");
            case Place.Text when value.AsSpan().ContainsAnyInRange('\0', '\u001f'):
                throw Bad($"{piece} must hold no control characters.");
            default:
                return value;
        }
    }

    private static bool IsPlainJson(string value)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(value));
            return reader.Read() && reader.TokenType is JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static CallException Missing(Piece piece) => Bad($"{piece} is missing.");

    private static CallException Bad(string text) => new(new CallStatus(StatusCode.InvalidArgument, text) { Origin = StatusOrigin.Client });

    private void AddLiteral(string text)
    {
        if (text.Length > 0)
        {
            _pieces.Add(new Piece(Source.Literal, text, Place.Text));
        }
    }

    private readonly record struct Piece(Source Source, string Text, Place Place)
    {
        /// <summary>In words for the client: `the query parameter 'ch'`.</summary>
        public override string ToString() => Source switch
        {
            Source.Query => $"The query parameter '{Text}'",
            Source.Header => $"The header '{Text}'",
            _ => "The path",
        };
    }
}
