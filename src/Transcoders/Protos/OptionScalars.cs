using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using FieldType = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace Transcoders.Protos;

/// <summary>Values of options that are no messages.</summary>
internal static class OptionScalars
{
    public static WireFormat.WireType WireTypeOf(FieldDescriptorProto field) => field.Type switch
    {
        FieldType.Double or FieldType.Fixed64 or FieldType.Sfixed64 => WireFormat.WireType.Fixed64,
        FieldType.Float or FieldType.Fixed32 or FieldType.Sfixed32 => WireFormat.WireType.Fixed32,
        FieldType.String or FieldType.Bytes => WireFormat.WireType.LengthDelimited,
        _ => WireFormat.WireType.Varint,
    };

    /// <exception cref="ProtoSyntaxException">The value does not fit the field.</exception>
    public static void Write(CodedOutputStream output, FieldDescriptorProto field, EnumDescriptorProto? type, ProtoValue value)
    {
        switch (field.Type)
        {
            case FieldType.Int32:
                output.WriteInt32((int)Signed(field, value, int.MinValue, int.MaxValue));
                break;
            case FieldType.Sint32:
                output.WriteSInt32((int)Signed(field, value, int.MinValue, int.MaxValue));
                break;
            case FieldType.Sfixed32:
                output.WriteSFixed32((int)Signed(field, value, int.MinValue, int.MaxValue));
                break;
            case FieldType.Int64:
                output.WriteInt64(Signed(field, value, long.MinValue, long.MaxValue));
                break;
            case FieldType.Sint64:
                output.WriteSInt64(Signed(field, value, long.MinValue, long.MaxValue));
                break;
            case FieldType.Sfixed64:
                output.WriteSFixed64(Signed(field, value, long.MinValue, long.MaxValue));
                break;
            case FieldType.Uint32:
                output.WriteUInt32((uint)Unsigned(field, value, uint.MaxValue));
                break;
            case FieldType.Fixed32:
                output.WriteFixed32((uint)Unsigned(field, value, uint.MaxValue));
                break;
            case FieldType.Uint64:
                output.WriteUInt64(Unsigned(field, value, ulong.MaxValue));
                break;
            case FieldType.Fixed64:
                output.WriteFixed64(Unsigned(field, value, ulong.MaxValue));
                break;
            case FieldType.Bool:
                output.WriteBool(Flag(field, value));
                break;
            case FieldType.Float:
                output.WriteFloat((float)Number(field, value));
                break;
            case FieldType.Double:
                output.WriteDouble(Number(field, value));
                break;
            case FieldType.String:
                output.WriteString(value.Kind == ProtoValueKind.Text ? Encoding.UTF8.GetString(value.Text) : throw Unfit(field, value, "a string"));
                break;
            case FieldType.Bytes:
                output.WriteBytes(ByteString.CopyFrom(value.Kind == ProtoValueKind.Text ? value.Text : throw Unfit(field, value, "a string")));
                break;
            default:
                output.WriteEnum(EnumNumber(field, type, value));
                break;
        }
    }

    private static long Signed(FieldDescriptorProto field, ProtoValue value, long min, long max)
    {
        if (value.Kind == ProtoValueKind.Integer && value.Integer <= (ulong)max + (value.IsNegative ? 1u : 0u))
        {
            return value.IsNegative ? (long)(0 - value.Integer) : (long)value.Integer;
        }

        throw Unfit(field, value, $"a whole number from {min} to {max}");
    }

    private static ulong Unsigned(FieldDescriptorProto field, ProtoValue value, ulong max) =>
        value.Kind == ProtoValueKind.Integer && value.Integer <= max && (!value.IsNegative || value.Integer == 0)
            ? value.Integer
            : throw Unfit(field, value, $"a whole number from 0 to {max}");

    private static bool Flag(FieldDescriptorProto field, ProtoValue value) => value switch
    {
        { Kind: ProtoValueKind.Identifier, Identifier: "true" or "t" or "True" } or { Kind: ProtoValueKind.Integer, Integer: 1, IsNegative: false } => true,
        { Kind: ProtoValueKind.Identifier, Identifier: "false" or "f" or "False" } or { Kind: ProtoValueKind.Integer, Integer: 0 } => false,
        _ => throw Unfit(field, value, "true or false"),
    };

    private static double Number(FieldDescriptorProto field, ProtoValue value) => ProtoParser.AsDouble(value) ?? throw Unfit(field, value, "a number");

    private static int EnumNumber(FieldDescriptorProto field, EnumDescriptorProto? type, ProtoValue value)
    {
        foreach (var declared in type?.Value ?? [])
        {
            if (value.Kind == ProtoValueKind.Identifier ? declared.Name == value.Identifier
                : value.Kind == ProtoValueKind.Integer && declared.Number == (value.IsNegative ? -(long)value.Integer : (long)value.Integer))
            {
                return declared.Number;
            }
        }

        throw Unfit(field, value, $"a value of '{field.TypeName.TrimStart('.')}'");
    }

    private static ProtoSyntaxException Unfit(FieldDescriptorProto field, ProtoValue value, string expected) =>
        new(value.Position, $"'{field.Name}' takes {expected}.");
}
