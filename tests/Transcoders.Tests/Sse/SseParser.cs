using System.Text;

namespace Transcoders.Tests.Sse;

/// <summary>WHATWG HTML §9.2.6, sentence by sentence, to judge what we write.</summary>
internal sealed class SseParser
{
    private readonly StringBuilder _data = new();
    private string _type = "";
    private string _id = "";

    public sealed record Event(string Type, string Data, string LastId);

    public List<Event> Events { get; } = [];

    public List<string> Comments { get; } = [];

    public long? Retry { get; private set; }

    public string LastId { get; private set; } = "";

    public static SseParser Parse(ReadOnlySpan<byte> stream)
    {
        var parser = new SseParser();
        var text = Encoding.UTF8.GetString(stream);
        text = text.StartsWith('\ufeff') ? text[1..] : text;
        var line = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is not ('\r' or '\n'))
            {
                line.Append(text[i]);
                continue;
            }

            i += text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n' ? 1 : 0;
            parser.Line(line.ToString());
            line.Clear();
        }

        return parser;
    }

    private void Line(string line)
    {
        if (line.Length == 0)
        {
            Dispatch();
            return;
        }

        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon == 0)
        {
            Comments.Add(line[1..]);
            return;
        }

        var value = colon < 0 ? "" : line[(colon + 1)..];
        Field(colon < 0 ? line : line[..colon], value.StartsWith(' ') ? value[1..] : value);
    }

    private void Field(string name, string value)
    {
        switch (name)
        {
            case "event":
                _type = value;
                break;
            case "data":
                _data.Append(value).Append('\n');
                break;
            case "id" when !value.Contains('\0', StringComparison.Ordinal):
                _id = value;
                break;
            case "retry" when value.Length > 0 && value.All(char.IsAsciiDigit):
                Retry = long.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
                break;
            default:
                break;
        }
    }

    private void Dispatch()
    {
        LastId = _id;
        if (_data.Length > 0)
        {
            Events.Add(new Event(_type.Length == 0 ? "message" : _type, _data.ToString(0, _data.Length - 1), LastId));
        }

        _data.Clear();
        _type = "";
    }
}
