using System.Text;

namespace Transcoders.Protos;

/// <summary>
/// Decides for the comments between two tokens whose they are. Source: google/protobuf/descriptor.proto, SourceCodeInfo.Location: a comment on the
/// line of a declaration's end, or right below it and before an empty line, is its own; the last one that no empty line parts from the next
/// declaration is that one's.
/// </summary>
internal sealed class ProtoCommentGap
{
    private readonly StringBuilder _current = new();
    private string? _trailing;
    private string? _leading;
    private bool _hasComments;
    private bool _isOpen;
    private bool _currentIsLine;
    private bool _mayTrail = true;

    /// <summary>A `//` comment.</summary>
    /// <param name="text">What stands behind the sign.</param>
    /// <param name="isOnLineOfToken">On the line on which the token before it ended.</param>
    public void Line(ReadOnlySpan<char> text, bool isOnLineOfToken)
    {
        if (_isOpen && !_currentIsLine)
        {
            End(parted: false);
        }

        Begin(isLine: true);
        _current.Append(text).Append('\n');
        if (isOnLineOfToken)
        {
            Trail();
        }
    }

    /// <summary>A `/* */` comment: each line loses its margin of spaces and an asterisk.</summary>
    public void Block(ReadOnlySpan<char> text, bool isOnLineOfToken)
    {
        if (_isOpen)
        {
            End(parted: false);
        }

        Begin(isLine: false);
        var first = true;
        foreach (var line in text.EnumerateLines())
        {
            if (!first)
            {
                _current.Append('\n');
                var trimmed = line.TrimStart();
                _current.Append(trimmed.StartsWith('*') ? trimmed[1..] : trimmed);
            }
            else
            {
                _current.Append(line);
                first = false;
            }
        }

        if (isOnLineOfToken)
        {
            Trail();
        }
    }

    public void BlankLine()
    {
        if (_isOpen)
        {
            End(parted: true);
        }

        _mayTrail = false;
    }

    /// <summary>The next token has come; null when there was no comment.</summary>
    /// <param name="isClosing">It closes what the declaration before it stands in: nothing follows that a comment could lead.</param>
    public ProtoGap? Close(bool isClosing)
    {
        if (_isOpen)
        {
            End(parted: isClosing);
        }

        ProtoGap? gap = _hasComments ? new ProtoGap(_trailing ?? "", isClosing ? "" : _leading ?? "") : null;
        _trailing = _leading = null;
        _hasComments = false;
        _mayTrail = true;
        return gap;
    }

    private void Begin(bool isLine)
    {
        _hasComments = _isOpen = true;
        _currentIsLine = isLine;
        _leading = null;
    }

    private void Trail()
    {
        _trailing = _current.ToString();
        _current.Clear();
        _isOpen = _mayTrail = false;
    }

    /// <summary>The block ends. Parted from what follows, the first one below a declaration is that one's.</summary>
    private void End(bool parted)
    {
        if (!parted)
        {
            _leading = _current.ToString();
            _current.Clear();
            _isOpen = false;
            return;
        }

        if (_mayTrail)
        {
            Trail();
        }

        _current.Clear();
        _isOpen = false;
    }
}
