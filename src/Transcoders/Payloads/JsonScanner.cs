using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Unicode;
using Transcoders.Calls;

namespace Transcoders.Payloads;

/// <summary>Reads JSON tokens from UTF-8, strictly by RFC 8259: no comments, no trailing commas, valid UTF-8, no lone surrogates.</summary>
internal ref struct JsonScanner
{
    private readonly ReadOnlySpan<byte> _json;
    private readonly string _pathPrefix;
    private readonly int _maxDepth;
    private int _position;
    private int _depth;

    public JsonScanner(ReadOnlySpan<byte> json, int maxDepth, string pathPrefix = "")
    {
        _json = json;
        _maxDepth = maxDepth;
        _pathPrefix = pathPrefix;
    }

    public int Position
    {
        readonly get => _position;
        set => _position = value;
    }

    public readonly ReadOnlySpan<byte> Json => _json;

    public readonly ReadOnlySpan<byte> Rest => _json[_position..];

    /// <summary>The next byte that is not white space, or zero at the end; it is not consumed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte Peek()
    {
        if ((uint)_position < (uint)_json.Length)
        {
            var b = _json[_position];
            if (b > ' ')
            {
                return b;
            }
        }

        return PeekPastSpace();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance() => _position++;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Expect(byte token)
    {
        if (Peek() != token)
        {
            FailExpected(token);
        }

        _position++;
    }

    /// <summary>After a member or element: true when another follows, false when the container was closed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Continues(byte close)
    {
        var b = Peek();
        if (b == ',')
        {
            _position++;
            return true;
        }

        if (b != close)
        {
            FailContinuation(close);
        }

        _position++;
        return false;
    }

    /// <summary>Steps over the opening bracket; true when the container is empty and has been closed as well.</summary>
    public bool Open(byte close)
    {
        Enter();
        if (!OpenFlat(close))
        {
            return false;
        }

        _depth--;
        return true;
    }

    /// <summary>As <see cref="Open"/>, for a container that cannot hold itself and so does not count as a level: no <see cref="Close"/> belongs to it.</summary>
    public bool OpenFlat(byte close)
    {
        _position++;
        if (Peek() != close)
        {
            return false;
        }

        _position++;
        return true;
    }

    /// <summary>Counts a level; <see cref="Close"/> counts it back.</summary>
    public void Enter()
    {
        if (++_depth > _maxDepth)
        {
            FailDepth();
        }
    }

    public void Close() => _depth--;

    /// <summary>Nothing but white space may follow.</summary>
    public void ExpectEnd()
    {
        if (Peek() != 0 || _position < _json.Length)
        {
            FailMalformed("unexpected data after the value");
        }
    }

    /// <summary>True, and consumed, when the literal stands here.</summary>
    public bool TryLiteral(ReadOnlySpan<byte> literal)
    {
        Peek();
        if (!Rest.StartsWith(literal))
        {
            return false;
        }

        _position += literal.Length;
        return true;
    }

    public void ExpectLiteral(ReadOnlySpan<byte> literal)
    {
        if (!TryLiteral(literal))
        {
            FailMalformed("not a JSON value");
        }
    }

    public void ExpectQuote()
    {
        if (Peek() != '"')
        {
            FailMalformed("expected a string in quotes");
        }
    }

    /// <summary>Reads the string whose quote is here. The result is raw: when <paramref name="escaped"/>, pass it to <see cref="Unescape"/>.</summary>
    public ReadOnlySpan<byte> ReadString(out bool escaped)
    {
        var start = _position + 1;
        var i = start;
        var nonAscii = false;
        escaped = false;
        ref var json = ref MemoryMarshal.GetReference(_json);
        while (i <= _json.Length - Vector128<byte>.Count)
        {
            var block = Vector128.LoadUnsafe(ref json, (nuint)i);
            var stops = (Vector128.Equals(block, Vector128.Create((byte)'"'))
                | Vector128.Equals(block, Vector128.Create((byte)'\\'))
                | Vector128.LessThan(block, Vector128.Create((byte)' '))).ExtractMostSignificantBits();
            var high = block.ExtractMostSignificantBits();
            if (stops == 0)
            {
                nonAscii |= high != 0;
                i += Vector128<byte>.Count;
                continue;
            }

            // The escapes of a block are stepped over in its mask: text full of them is not loaded anew for each.
            var ahead = BitOperations.TrailingZeroCount(stops);
            while (_json[i + ahead] != '"')
            {
                ThrowIfControl(i + ahead);
                escaped = true;
                stops &= ~(3u << ahead);
                if (stops == 0)
                {
                    break;
                }

                ahead = BitOperations.TrailingZeroCount(stops);
            }

            if (stops != 0)
            {
                nonAscii |= (high & ((1u << ahead) - 1)) != 0;
                return Finish(start, i + ahead, nonAscii);
            }

            // A backslash that is the block's last byte takes the first of the next along.
            nonAscii |= high != 0;
            i += Math.Max(Vector128<byte>.Count, ahead + 2);
        }

        while (i < _json.Length)
        {
            var b = _json[i];
            if (b == '"')
            {
                return Finish(start, i, nonAscii);
            }

            if (b is (byte)'\\' or < (byte)' ')
            {
                ThrowIfControl(i);
                escaped = true;
                i += 2;
                continue;
            }

            nonAscii |= b >= 0x80;
            i++;
        }

        _position = _json.Length;
        FailMalformed("the text ends inside a string");
        return default;
    }

    /// <summary>Writes the meaning of a raw string to <paramref name="target"/>, which is at least as long; returns the bytes written.</summary>
    public readonly int Unescape(ReadOnlySpan<byte> raw, Span<byte> target)
    {
        var written = JsonEscapes.Unescape(raw, target, out var bad);
        if (written < 0)
        {
            FailMalformed(JsonEscapes.Describe(raw, bad), Offset(raw) + bad);
        }

        return written;
    }

    /// <summary>Reads a number by JSON's grammar.</summary>
    public ReadOnlySpan<byte> ReadNumber()
    {
        Peek();
        var length = NumberText.ScanNumber(Rest);
        if (length == 0)
        {
            FailMalformed("not a JSON value");
        }

        var token = _json.Slice(_position, length);
        _position += length;
        return token;
    }

    /// <summary>Steps over any value, checking it as strictly as if it were used.</summary>
    public void SkipValue()
    {
        switch (Peek())
        {
            case (byte)'{':
                if (Open((byte)'}'))
                {
                    return;
                }

                do
                {
                    ExpectQuote();
                    SkipString();
                    Expect((byte)':');
                    SkipValue();
                }
                while (Continues((byte)'}'));
                Close();
                return;
            case (byte)'[':
                if (Open((byte)']'))
                {
                    return;
                }

                do
                {
                    SkipValue();
                }
                while (Continues((byte)']'));
                Close();
                return;
            case (byte)'"':
                SkipString();
                return;
            case (byte)'t':
                ExpectLiteral("true"u8);
                return;
            case (byte)'f':
                ExpectLiteral("false"u8);
                return;
            case (byte)'n':
                ExpectLiteral("null"u8);
                return;
            default:
                ReadNumber();
                return;
        }
    }

    /// <summary>Where a piece of the text begins.</summary>
    public readonly int Offset(ReadOnlySpan<byte> piece) =>
        (int)Unsafe.ByteOffset(ref MemoryMarshal.GetReference(_json), ref MemoryMarshal.GetReference(piece));

    /// <summary>Refuses a well-formed value that its field cannot take.</summary>
    [DoesNotReturn]
    public readonly void Fail(string reason) => Fail(reason, _position);

    [DoesNotReturn]
    public readonly void Fail(string reason, int offset) =>
        throw Invalid(reason, offset, PayloadErrors.InvalidValue);

    [DoesNotReturn]
    public readonly void FailMalformed(string reason) => FailMalformed(reason, _position);

    [DoesNotReturn]
    public readonly void FailMalformed(string reason, int offset) =>
        throw Invalid($"malformed JSON at {JsonLocation.Position(_json, offset)}: {reason}", offset, PayloadErrors.MalformedJson);

    /// <summary>Refuses a member whose name means nothing here.</summary>
    [DoesNotReturn]
    public readonly void FailUnknown(string reason, int offset) => throw Invalid(reason, offset, PayloadErrors.UnknownField);

    private readonly CallException Invalid(string description, int offset, string reason) =>
        PayloadErrors.InvalidField(JsonLocation.Path(_json, offset, _pathPrefix), description, reason);

    private void SkipString()
    {
        var raw = ReadString(out var escaped);
        if (escaped)
        {
            var written = JsonEscapes.Unescape(raw, default, out var bad);
            if (written < 0)
            {
                FailMalformed(JsonEscapes.Describe(raw, bad), Offset(raw) + bad);
            }
        }
    }

    private ReadOnlySpan<byte> Finish(int start, int end, bool nonAscii)
    {
        var raw = _json[start..end];
        if (nonAscii && !Utf8.IsValid(raw))
        {
            FailMalformed("the string is not valid UTF-8", start);
        }

        _position = end + 1;
        return raw;
    }

    private readonly void ThrowIfControl(int i)
    {
        if (_json[i] != '\\')
        {
            FailMalformed("a control character in a string must be escaped", i);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private byte PeekPastSpace()
    {
        while ((uint)_position < (uint)_json.Length)
        {
            var b = _json[_position];
            if (b is not ((byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
            {
                return b;
            }

            _position++;
        }

        return 0;
    }

    [DoesNotReturn]
    private readonly void FailContinuation(byte close) => FailMalformed($"expected ',' or '{(char)close}'");

    [DoesNotReturn]
    private readonly void FailDepth() => Fail($"nested deeper than {_maxDepth} levels");

    [DoesNotReturn]
    private readonly void FailExpected(byte token) => FailMalformed($"expected '{(char)token}'");
}
