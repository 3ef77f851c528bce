using System.Collections.Frozen;
using Google.Protobuf.Reflection;
using Transcoders.Payloads;

namespace Transcoders.HttpRules;

/// <summary>Compiles messages for being set from URLs; one per table, so that bindings share what they reach.</summary>
internal sealed class FieldNodeCompiler(PayloadPlanCompiler plans, bool caseInsensitiveEnums)
{
    private readonly Dictionary<MessageDescriptor, MessageNode> _messages = [];
    private readonly Dictionary<EnumDescriptor, FrozenDictionary<string, int>> _enums = [];
    private readonly Stack<(MessageDescriptor, MessageNode)> _pending = [];

    public MessageNode Compile(MessageDescriptor message)
    {
        // A stack of our own: types may nest deeper than a thread's stack.
        var root = Node(message);
        while (_pending.TryPop(out var next))
        {
            Fill(next.Item1, next.Item2);
        }

        return root;
    }

    /// <summary>True for the well-known types whose JSON form is one scalar.</summary>
    public static bool IsScalarWellKnownType(MessageDescriptor message) => message.FullName is
        "google.protobuf.Timestamp" or "google.protobuf.Duration" or "google.protobuf.FieldMask" or "google.protobuf.Value"
        or "google.protobuf.DoubleValue" or "google.protobuf.FloatValue" or "google.protobuf.Int64Value"
        or "google.protobuf.UInt64Value" or "google.protobuf.Int32Value" or "google.protobuf.UInt32Value"
        or "google.protobuf.BoolValue" or "google.protobuf.StringValue" or "google.protobuf.BytesValue";

    /// <summary>What the field is to a URL.</summary>
    public static FieldRole RoleOf(FieldDescriptor field)
    {
        if (field.IsMap)
        {
            return FieldRole.BodyOnly;
        }

        if (field.FieldType is not (FieldType.Message or FieldType.Group) || IsScalarWellKnownType(field.MessageType))
        {
            return FieldRole.Leaf;
        }

        return field.IsRepeated || HasJsonFormOfItsOwn(field.MessageType) ? FieldRole.BodyOnly : FieldRole.Message;
    }

    private static bool HasJsonFormOfItsOwn(MessageDescriptor message) =>
        message.FullName is "google.protobuf.Struct" or "google.protobuf.ListValue" or "google.protobuf.Any";

    private MessageNode Node(MessageDescriptor message)
    {
        if (!_messages.TryGetValue(message, out var node))
        {
            _messages.Add(message, node = new MessageNode());
            _pending.Push((message, node));
        }

        return node;
    }

    private void Fill(MessageDescriptor message, MessageNode node)
    {
        var fields = new Dictionary<string, FieldNode>(StringComparer.Ordinal);
        var compiled = new List<FieldNode>();
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            var fieldNode = Compile(field);
            compiled.Add(fieldNode);
            fields.Add(field.Name, fieldNode);
        }

        // A name of the .proto file wins over another field's JSON name.
        foreach (var fieldNode in compiled)
        {
            fields.TryAdd(fieldNode.Field.JsonName, fieldNode);
        }

        node.Fill(fields);
    }

    private FieldNode Compile(FieldDescriptor field)
    {
        var role = RoleOf(field);
        var isMapOfLeaves = field.IsMap && RoleOf(field.MessageType.FindFieldByNumber(2)) == FieldRole.Leaf;
        var isMessage = field.FieldType is FieldType.Message or FieldType.Group;
        return new FieldNode
        {
            Field = field,
            Role = role,
            WireType = WireTypeOf(field.FieldType),
            Message = role == FieldRole.Message ? Node(field.MessageType) : null,
            EnumNumbers = field.FieldType == FieldType.Enum ? Numbers(field.EnumType) : null,
            JsonPlan = role == FieldRole.Leaf && isMessage ? plans.JsonToProtobufField(field) : null,
            MapKey = isMapOfLeaves ? Compile(field.MessageType.FindFieldByNumber(1)) : null,
            MapValue = isMapOfLeaves ? Compile(field.MessageType.FindFieldByNumber(2)) : null,
            Oneof = field.RealContainingOneof?.Index ?? -1,
        };
    }

    private static int WireTypeOf(FieldType type) => type switch
    {
        FieldType.Double or FieldType.Fixed64 or FieldType.SFixed64 => WireType.Fixed64,
        FieldType.Float or FieldType.Fixed32 or FieldType.SFixed32 => WireType.Fixed32,
        FieldType.String or FieldType.Bytes or FieldType.Message => WireType.Length,
        FieldType.Group => WireType.StartGroup,
        _ => WireType.Varint,
    };

    private FrozenDictionary<string, int> Numbers(EnumDescriptor type)
    {
        if (_enums.TryGetValue(type, out var numbers))
        {
            return numbers;
        }

        var comparer = caseInsensitiveEnums ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        var byName = new Dictionary<string, int>(comparer);
        foreach (var value in type.Values)
        {
            byName.TryAdd(value.Name, value.Number);
        }

        if (type.FullName == "google.protobuf.NullValue")
        {
            byName.TryAdd("null", 0);
        }

        numbers = byName.ToFrozenDictionary(comparer);
        _enums.Add(type, numbers);
        return numbers;
    }
}
