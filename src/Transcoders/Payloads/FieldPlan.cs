using System.Buffers.Binary;
using System.Text;
using Google.Protobuf.Reflection;
using Transcoders.Schema;

namespace Transcoders.Payloads;

/// <summary>One field, compiled: its tag, its names and how its values are written on either side.</summary>
internal sealed class FieldPlan
{
    /// <summary>Tokens are padded so that they can be copied in whole vectors.</summary>
    public const int TokenPadding = 16;

    public FieldPlan(FieldDescriptor descriptor, bool protoNames)
    {
        Descriptor = descriptor;
        Number = descriptor.FieldNumber;
        Kind = KindOf(descriptor.FieldType);
        Shape = descriptor.IsMap ? FieldShape.Map : descriptor.IsRepeated ? FieldShape.Repeated : FieldShape.Singular;
        HasPresence = descriptor.HasPresence;
        IsPacked = Shape == FieldShape.Repeated && descriptor.IsPacked && WireTypeOf(Kind) is not (WireType.Length or WireType.StartGroup);
        ValidatesUtf8 = Kind == FieldKind.String && SchemaFeatures.ValidatesUtf8(descriptor);

        ElementWireType = WireTypeOf(Kind);
        Tag = ((uint)Number << 3) | (uint)(IsPacked ? WireType.Length : ElementWireType);
        (TagBits, TagSize) = Encode(Tag);
        (EndTagBits, _) = Encode(((uint)Number << 3) | WireType.EndGroup);

        JsonName = descriptor.IsExtension ? $"[{descriptor.FullName}]" : descriptor.JsonName;
        ProtoName = descriptor.IsExtension ? JsonName : descriptor.Name;
        PrintedName = protoNames ? ProtoName : JsonName;
        QuotedName = Encoding.UTF8.GetBytes(JsonText.Quote(PrintedName));
        var token = Encoding.UTF8.GetBytes($",{JsonText.Quote(PrintedName)}:");
        TokenLength = token.Length;
        Token = new byte[(token.Length + TokenPadding - 1) / TokenPadding * TokenPadding];
        token.CopyTo(Token, 0);
    }

    public FieldDescriptor Descriptor { get; }

    public int Number { get; }

    public FieldKind Kind { get; }

    public FieldShape Shape { get; }

    public bool HasPresence { get; }

    /// <summary>Written packed. Both encodings are read whatever this says.</summary>
    public bool IsPacked { get; }

    public bool ValidatesUtf8 { get; }

    /// <summary>The wire type of one value outside a packed chunk.</summary>
    public int ElementWireType { get; }

    /// <summary>The tag this field is written under.</summary>
    public uint Tag { get; }

    /// <summary>The bytes of the tag's varint, the first one lowest.</summary>
    public ulong TagBits { get; }

    public int TagSize { get; }

    public ulong EndTagBits { get; }

    public string JsonName { get; }

    public string ProtoName { get; }

    public string PrintedName { get; }

    /// <summary>The printed name with its quotes: what a client most likely sends.</summary>
    public byte[] QuotedName { get; }

    /// <summary>`,"name":` and zeros up to a multiple of <see cref="TokenPadding"/>.</summary>
    public byte[] Token { get; }

    public int TokenLength { get; }

    /// <summary>Position in the message's field list, which is sorted by number.</summary>
    public int Index { get; set; }

    /// <summary>Bit in the set of fields seen that stands for the oneof; -1 outside a oneof.</summary>
    public int OneofBit { get; set; } = -1;

    public EnumPlan? Enum { get; set; }

    /// <summary>The type of the values; for a map the entry type.</summary>
    public MessagePlan? Message { get; set; }

    /// <summary>JSON null is a value of this type, not an absent field.</summary>
    public bool NullIsValue => Enum is { IsNullValue: true } || Message is { Form: MessageForm.Value };

    public FieldPlan MapKey => Message!.Fields[0];

    public FieldPlan MapValue => Message!.Fields[1];

    public static int WireTypeOf(FieldKind kind) => kind switch
    {
        FieldKind.Double or FieldKind.Fixed64 or FieldKind.SFixed64 => WireType.Fixed64,
        FieldKind.Float or FieldKind.Fixed32 or FieldKind.SFixed32 => WireType.Fixed32,
        FieldKind.String or FieldKind.Bytes or FieldKind.Message => WireType.Length,
        FieldKind.Group => WireType.StartGroup,
        _ => WireType.Varint,
    };

    private static (ulong Bits, int Size) Encode(uint tag)
    {
        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        var size = 0;
        while (tag > 0x7F)
        {
            bytes[size++] = (byte)(tag | 0x80);
            tag >>= 7;
        }

        bytes[size++] = (byte)tag;
        return (BinaryPrimitives.ReadUInt64LittleEndian(bytes), size);
    }

    private static FieldKind KindOf(FieldType type) => type switch
    {
        FieldType.Double => FieldKind.Double,
        FieldType.Float => FieldKind.Float,
        FieldType.Int32 => FieldKind.Int32,
        FieldType.Int64 => FieldKind.Int64,
        FieldType.UInt32 => FieldKind.UInt32,
        FieldType.UInt64 => FieldKind.UInt64,
        FieldType.SInt32 => FieldKind.SInt32,
        FieldType.SInt64 => FieldKind.SInt64,
        FieldType.Fixed32 => FieldKind.Fixed32,
        FieldType.Fixed64 => FieldKind.Fixed64,
        FieldType.SFixed32 => FieldKind.SFixed32,
        FieldType.SFixed64 => FieldKind.SFixed64,
        FieldType.Bool => FieldKind.Bool,
        FieldType.Enum => FieldKind.Enum,
        FieldType.String => FieldKind.String,
        FieldType.Bytes => FieldKind.Bytes,
        FieldType.Message => FieldKind.Message,
        FieldType.Group => FieldKind.Group,
        _ => throw new SchemaException($"Field type {type} is not known."),
    };
}
