using System.Buffers;
using System.Runtime.InteropServices;
using Transcoders.Payloads.WellKnown;

namespace Transcoders.Payloads;

/// <content>The well-known messages whose JSON is not an object of fields. Field numbers as google/protobuf/*.proto declare them.</content>
internal ref partial struct JsonToWire
{
    // Tags of the well-known types, `number << 3 | wire type`.
    private const byte Field1Varint = 0x08;
    private const byte Field2Varint = 0x10;
    private const byte Field1Length = 0x0A;
    private const byte Field2Length = 0x12;
    private const byte ValueNumber = 0x11;
    private const byte ValueString = 0x1A;
    private const byte ValueBool = 0x20;
    private const byte ValueStruct = 0x2A;
    private const byte ValueList = 0x32;

    private void SpecialMessage(MessagePlan plan)
    {
        switch (plan.Form)
        {
            case MessageForm.Any:
                Any();
                break;
            case MessageForm.Timestamp:
            case MessageForm.Duration:
                Time(plan.Form);
                break;
            case MessageForm.FieldMask:
                FieldMask();
                break;
            case MessageForm.Struct:
                Struct();
                break;
            case MessageForm.Value:
                Value();
                break;
            case MessageForm.ListValue:
                ListValue();
                break;
            default:
                var wrapped = plan.Fields[0];
                Single(wrapped, wrapped.TagBits, wrapped.TagSize, keepDefault: false);
                break;
        }
    }

    private void Time(MessageForm form)
    {
        if (_in.Peek() != '"')
        {
            FailKind(form == MessageForm.Timestamp ? "an RFC 3339 timestamp" : "a duration such as \"1.5s\"");
        }

        var start = _in.Position;
        Span<byte> unescaped = stackalloc byte[NumberRoom];
        var text = NumberToken(unescaped);
        long seconds;
        int nanos;
        if (form == MessageForm.Timestamp ? !TimestampText.TryParse(text, out seconds, out nanos) : !DurationText.TryParse(text, out seconds, out nanos))
        {
            FailNumber(text, form == MessageForm.Timestamp
                ? "an RFC 3339 timestamp such as \"2024-02-29T12:00:00Z\" within the years 1 to 9999"
                : "a duration such as \"1.5s\" within 315,576,000,000 s", start);
        }

        Varint((ulong)seconds, Field1Varint, 1, keepDefault: false);
        Varint((ulong)(long)nanos, Field2Varint, 1, keepDefault: false);
    }

    private void FieldMask()
    {
        if (_in.Peek() != '"')
        {
            FailKind("a field mask such as \"title,author.name\"");
        }

        var start = _in.Position;
        var raw = _in.ReadString(out var escaped);
        byte[]? plain = null;
        if (escaped)
        {
            plain = ArrayPool<byte>.Shared.Rent(raw.Length);
            raw = plain.AsSpan(0, _in.Unescape(raw, plain));
        }

        while (raw.Length != 0)
        {
            var comma = raw.IndexOf((byte)',');
            var path = comma < 0 ? raw : raw[..comma];
            _out.Ensure((path.Length * 2) + 16);
            _out.WriteByteUnchecked(Field1Length);
            var mark = _out.BeginLength();
            _out.Ensure(path.Length * 2);
            if (!FieldMaskText.TryToProto(path, _out.Room, out var written) || comma == raw.Length - 1)
            {
                _in.Fail("not a field mask: paths in lowerCamelCase, separated by commas", start);
            }

            _out.Advance(written);
            _out.EndLength(mark);
            raw = comma < 0 ? default : raw[(comma + 1)..];
        }

        if (plain is not null)
        {
            ArrayPool<byte>.Shared.Return(plain);
        }
    }

    private void Struct()
    {
        if (_in.Peek() != '{')
        {
            FailKind("an object");
        }

        _in.Enter();
        Map(_plans.StructFields);
        _in.Close();
    }

    private void ListValue()
    {
        if (_in.Peek() != '[')
        {
            FailKind("an array");
        }

        if (_in.Open((byte)']'))
        {
            return;
        }

        do
        {
            _out.Ensure(16);
            _out.WriteByteUnchecked(Field1Length);
            var mark = _out.BeginLength();
            Value();
            _out.EndLength(mark);
        }
        while (_in.Continues((byte)']'));
        _in.Close();
    }

    private void Value()
    {
        _out.Ensure(16);
        switch (_in.Peek())
        {
            case (byte)'n':
                _in.ExpectLiteral("null"u8);
                Varint(0, Field1Varint, 1, keepDefault: true);
                break;
            case (byte)'t':
            case (byte)'f':
                Varint(Bool() ? 1u : 0u, ValueBool, 1, keepDefault: true);
                break;
            case (byte)'"':
                Tag(ValueString, 1);
                String();
                break;
            case (byte)'{':
                _out.WriteByteUnchecked(ValueStruct);
                var members = _out.BeginLength();
                Struct();
                _out.EndLength(members);
                break;
            case (byte)'[':
                _out.WriteByteUnchecked(ValueList);
                var elements = _out.BeginLength();
                ListValue();
                _out.EndLength(elements);
                break;
            default:
                Fixed64(BitConverter.DoubleToUInt64Bits(Double()), ValueNumber, 1, keepDefault: true);
                break;
        }
    }

    /// <summary>
    /// `{ "@type": "…/pkg.M", fields }`, or `{ "@type": …, "value": … }` for a message with a form of its own.
    /// `@type` may stand anywhere, so unless it comes first the object is looked through for it.
    /// </summary>
    private void Any()
    {
        if (_in.Peek() != '{')
        {
            FailKind("an object with \"@type\"");
        }

        var start = _in.Position;
        if (_in.Open((byte)'}'))
        {
            return;
        }

        // 1. Find the type.
        Span<byte> unescaped = stackalloc byte[512];
        var url = FindType(unescaped, out var urlAt);
        var slash = url.LastIndexOf((byte)'/');
        var plan = slash < 0 ? null : _plans.FindMessage(url[(slash + 1)..]);
        if (plan is null)
        {
            _in.Fail(slash < 0
                ? $"'{JsonLocation.Shown(url)}' is no type URL: write type.googleapis.com/ and the message's full name"
                : $"the message type of '{JsonLocation.Shown(url)}' is not known", urlAt);
        }

        _in.Close();
        _in.Position = start;
        _out.WriteByte(Field1Length);
        _out.WriteLengthDelimited(url);

        // 2. Convert the members as that type.
        _out.WriteByte(Field2Length);
        var mark = _out.BeginLength();
        if (plan.Form == MessageForm.Fields)
        {
            Fields(plan, isAny: true);
        }
        else
        {
            AnyValue(plan);
        }

        if (_out.Position == mark)
        {
            _out.Position -= 2;
            return;
        }

        _out.EndLength(mark);
    }

    private void AnyValue(MessagePlan plan)
    {
        _in.Open((byte)'}');
        var hasValue = false;
        var hasType = false;
        do
        {
            _in.ExpectQuote();
            var raw = _in.ReadString(out var escaped);
            var isType = Is(raw, escaped, "@type"u8);
            var isValue = Is(raw, escaped, "value"u8);
            if (isType && !hasType)
            {
                hasType = true;
                _in.Expect((byte)':');
                _in.SkipValue();
            }
            else if (isValue && !hasValue)
            {
                hasValue = true;
                _in.Expect((byte)':');
                Message(plan);
            }
            else if (_ignoreUnknown && !isType && !isValue)
            {
                _in.Expect((byte)':');
                _in.SkipValue();
            }
            else
            {
                _in.Fail($"an Any of {plan.FullName} holds \"@type\" and \"value\", each once");
            }
        }
        while (_in.Continues((byte)'}'));
        _in.Close();
        if (!hasValue)
        {
            _in.Fail($"an Any of {plan.FullName} needs a \"value\"", Math.Max(0, _in.Position - 1));
        }
    }

    /// <summary>True when that is the name, whatever of it the client escaped.</summary>
    private readonly bool Is(ReadOnlySpan<byte> raw, bool escaped, ReadOnlySpan<byte> name)
    {
        if (!escaped)
        {
            return raw.SequenceEqual(name);
        }

        Span<byte> plain = stackalloc byte[64];
        return raw.Length <= plain.Length && plain[.._in.Unescape(raw, plain)].SequenceEqual(name);
    }

    /// <summary>The text of the member `@type` of the object whose brace was stepped over.</summary>
    private ReadOnlySpan<byte> FindType(scoped Span<byte> unescaped, out int at)
    {
        do
        {
            _in.ExpectQuote();
            var raw = _in.ReadString(out var escapedName);
            _in.Expect((byte)':');
            if (!Is(raw, escapedName, "@type"u8))
            {
                _in.SkipValue();
                continue;
            }

            if (_in.Peek() != '"')
            {
                FailKind("a type URL");
            }

            at = _in.Position;
            var url = _in.ReadString(out var escaped);
            if (!escaped)
            {
                return url;
            }

            if (url.Length > unescaped.Length)
            {
                _in.Fail("the type URL is too long", at);
            }

            var length = _in.Unescape(url, unescaped);
            return MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetReference(unescaped), length);
        }
        while (_in.Continues((byte)'}'));
        at = _in.Position;
        _in.Fail("an Any needs \"@type\"", Math.Max(0, at - 1));
        return default;
    }
}
