using System.Diagnostics.CodeAnalysis;
using Transcoders.Calls;
using Transcoders.WebSocket;

namespace Gateway.Edges.WebSocket;

/// <summary>What the texts of a socket without schema become: a line break in one may mean two messages to the backend.</summary>
internal sealed class RawText(CallLimits limits, string lf) : IDisposable
{
    private readonly PayloadBuffer _buffer = new(limits.MessageSize);
    private ReadOnlyMemory<byte> _rest;
    private bool _hasRest;

    /// <summary>A text as a message, on loan with <paramref name="text"/> and until the next call. JSON of several lines is called JSON, which a backend of lines can fold.</summary>
    public Message Read(ReadOnlyMemory<byte> text)
    {
        if (text.Span.IndexOfAny((byte)'\n', (byte)'\r') < 0)
        {
            return new Message(text, PayloadFormat.Text);
        }

        if (JsonText.IsJson(text.Span, limits.Depth))
        {
            return new Message(text, PayloadFormat.Json);
        }

        switch (lf)
        {
            case "split":
                _rest = text;
                _hasRest = true;
                return TryReadRest(out var first) ? first.Value : default;
            case "escape":
                return new Message(Escape(text.Span), PayloadFormat.Text);
            default:
                return new Message(text, PayloadFormat.Text);
        }
    }

    /// <summary>The next line of a text that was split; a line ending at its end makes no empty line after it.</summary>
    public bool TryReadRest([NotNullWhen(true)] out Message? line)
    {
        line = null;
        if (!_hasRest)
        {
            return false;
        }

        var end = _rest.Span.IndexOf((byte)'\n');
        var cut = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? default : _rest[(end + 1)..];
        _hasRest = !_rest.IsEmpty;
        line = new Message(cut.Span.EndsWith("\r"u8) ? cut[..^1] : cut, PayloadFormat.Text);
        return true;
    }

    /// <summary>Adds a message to a body of lines.</summary>
    public void Join(ReadOnlyMemory<byte> message)
    {
        var text = message.Span;
        if (text.IndexOfAny((byte)'\n', (byte)'\r') < 0)
        {
            _buffer.Write(text);
        }
        else if (JsonText.IsJson(text, limits.Depth))
        {
            // Line breaks of JSON stand between its tokens only (RFC 8259 §7).
            var start = _buffer.Length;
            _buffer.Write(text);
            var line = _buffer.Raw[start.._buffer.Length];
            line.Replace((byte)'\n', (byte)' ');
            line.Replace((byte)'\r', (byte)' ');
        }
        else if (lf == "reject")
        {
            throw new CallException(new CallStatus(StatusCode.InvalidArgument, "The message has a line break; a body of lines takes one line per message.") { Origin = StatusOrigin.Client });
        }
        else if (lf == "escape")
        {
            AppendEscaped(text);
        }
        else
        {
            _buffer.Write(text);
        }

        _buffer.Write("\n"u8);
        _buffer.ThrowIfOverLimit();
    }

    /// <summary>The whole body.</summary>
    public Message Joined() => new(_buffer.WrittenMemory, PayloadFormat.Text);

    public void Dispose() => _buffer.Dispose();

    /// <summary>`a⏎b` → `a\nb`, two characters for the one: a backslash that was there already is left alone.</summary>
    private ReadOnlyMemory<byte> Escape(ReadOnlySpan<byte> text)
    {
        _buffer.Clear();
        AppendEscaped(text);
        _buffer.ThrowIfOverLimit();
        return _buffer.WrittenMemory;
    }

    private void AppendEscaped(ReadOnlySpan<byte> text)
    {
        while (true)
        {
            var run = text.IndexOfAny((byte)'\n', (byte)'\r');
            if (run < 0)
            {
                _buffer.Write(text);
                return;
            }

            _buffer.Write(text[..run]);
            _buffer.Write(text[run] == '\n' ? "\\n"u8 : "\\r"u8);
            text = text[(run + 1)..];
        }
    }
}
