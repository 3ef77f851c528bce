using System.Buffers;
using System.Text;

namespace Gateway.Backends.Stdio;

/// <summary>
/// Drains a child's stderr from start to end, so that it never blocks there; keeps the last bytes and hands each line on.
/// </summary>
/// <remarks>One buffer is the read buffer, the tail and the place where lines are cut. A longer line than the buffer is handed on in pieces.</remarks>
internal sealed class StderrTail
{
    /// <summary>Most bytes kept. At least half of it is the tail at any time.</summary>
    public const int Capacity = 4 * 1024;

    private readonly Stream _stream;
    private readonly Action<string>? _onLine;
    private readonly StderrTap? _tap;
    private readonly Lock _gate = new();
    private byte[]? _bytes;
    private int _length;
    private int _lineStart;
    private bool _cut;
    private string? _finalText;
    private byte[] _finalLine = [];

    /// <summary>Begins to drain at once.</summary>
    /// <param name="stream">The child's stderr; closing it ends the drain.</param>
    /// <param name="onLine">Gets each line, escaped, on whatever thread reads; null when nobody listens.</param>
    /// <param name="tap">Gets the bytes too, and may make the drain wait; null when no client wants them.</param>
    public StderrTail(Stream stream, Action<string>? onLine, StderrTap? tap = null)
    {
        _tap = tap;
        _stream = stream;
        _onLine = onLine;
        _bytes = ArrayPool<byte>.Shared.Rent(Capacity);
        Completion = DrainAsync();
    }

    /// <summary>Completes when nobody holds the other end any more, or the stream was closed. Never faults.</summary>
    public Task Completion { get; }

    /// <summary>The end of what was written, escaped and trimmed; may begin in the middle of a line.</summary>
    public string Text
    {
        get
        {
            lock (_gate)
            {
                return _finalText ?? Escape(_bytes.AsSpan(0, _length).Trim("\r\n"u8));
            }
        }
    }

    /// <summary>The last line that is not blank, as it was written; empty when there is none or its beginning is lost.</summary>
    public byte[] LastLine
    {
        get
        {
            lock (_gate)
            {
                return _bytes is null ? _finalLine : FindLastLine();
            }
        }
    }

    private async Task DrainAsync()
    {
        try
        {
            while (true)
            {
                var count = await _stream.ReadAsync(_bytes.AsMemory(_length, Capacity - _length));
                if (count == 0)
                {
                    break;
                }

                if (_tap is not null)
                {
                    await _tap.TakeAsync(_bytes.AsMemory(_length, count));
                }

                Take(count);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The supervisor has closed the stream under us, because somebody outside the group still held it.
        }

        Finish();
        _tap?.End();
    }

    private void Take(int count)
    {
        lock (_gate)
        {
            _length += count;
            CutLines();
            if (_length < Capacity)
            {
                return;
            }

            // Full: the older half makes room. A line that would lose its head is handed on as a piece first.
            const int dropped = Capacity / 2;
            if (_lineStart < dropped)
            {
                HandOn(_bytes.AsSpan(_lineStart, _length - _lineStart));
                _lineStart = _length;
            }

            _cut = _bytes![dropped - 1] != (byte)'\n';
            _bytes.AsSpan(dropped, _length - dropped).CopyTo(_bytes);
            _length -= dropped;
            _lineStart -= dropped;
        }
    }

    private void CutLines()
    {
        while (true)
        {
            var at = _bytes.AsSpan(_lineStart, _length - _lineStart).IndexOf((byte)'\n');
            if (at < 0)
            {
                return;
            }

            HandOn(_bytes.AsSpan(_lineStart, at));
            _lineStart += at + 1;
        }
    }

    private void Finish()
    {
        lock (_gate)
        {
            HandOn(_bytes.AsSpan(_lineStart, _length - _lineStart));
            _finalText = Text;
            _finalLine = FindLastLine();
            ArrayPool<byte>.Shared.Return(_bytes!);
            _bytes = null;
        }
    }

    private void HandOn(ReadOnlySpan<byte> line)
    {
        line = line.TrimEnd((byte)'\r');
        if (_onLine is not null && !line.IsEmpty)
        {
            _onLine(Escape(line));
        }
    }

    private byte[] FindLastLine()
    {
        var text = _bytes.AsSpan(0, _length).TrimEnd(" \t\r\n"u8);
        var at = text.LastIndexOf((byte)'\n');
        return at < 0 && _cut ? [] : text[(at + 1)..].ToArray();
    }

    /// <summary>`a\x1b[0m` for an escape sequence: what a child writes must not steer a terminal or forge a line of the log.</summary>
    internal static string Escape(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var first = text.AsSpan().IndexOfAnyInRange('\0', '\x1f');
        if (first < 0 && text.AsSpan().IndexOfAnyInRange('\x7f', '\x9f') < 0)
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\n' => escaped.Append("\\n"),
                '\r' => escaped.Append("\\r"),
                '\t' => escaped.Append("\\t"),
                < ' ' or (>= '\x7f' and <= '\x9f') => escaped.Append("\\x").Append(((int)c).ToString("x2", null)),
                _ => escaped.Append(c),
            };
        }

        return escaped.ToString();
    }
}
