using System.Text;
using Google.Protobuf.Reflection;

namespace Transcoders.Payloads;

/// <summary>One message type, compiled: its fields by number and by name. Immutable once its compiler has linked it.</summary>
internal sealed class MessagePlan
{
    private FieldPlan?[] _byNumber = [];
    private Utf8Table<FieldPlan> _byName = new([]);

    public MessagePlan(MessageDescriptor descriptor)
    {
        Descriptor = descriptor;
        FullName = descriptor.FullName;
        Form = FormOf(descriptor.FullName);
    }

    public MessageDescriptor Descriptor { get; }

    public string FullName { get; }

    public MessageForm Form { get; private set; }

    /// <summary>Sorted by number, extensions included.</summary>
    public FieldPlan[] Fields { get; private set; } = [];

    /// <summary>Words of the set of fields seen: a bit per field, then one per oneof.</summary>
    public int SeenWords { get; private set; }

    /// <summary>
    /// How many of the next conversions go the careful way at once. Set when a message of this type came with fields out of
    /// order, split or repeated: its sender will do it again, but perhaps not for ever. Threads may race for it; that costs only time.
    /// </summary>
    public int CarefulRuns { get; set; }

    public bool HasOneofs { get; private set; }

    public FieldPlan? FindByNumber(int number)
    {
        var dense = _byNumber;
        return (uint)number < (uint)dense.Length ? dense[number] : FindSparse(number);
    }

    /// <summary>By JSON name, proto name or `[extension]`.</summary>
    public FieldPlan? FindByName(ReadOnlySpan<byte> name) => _byName.TryFind(name, out var field) ? field : null;

    public void Link(List<FieldPlan> fields)
    {
        fields.Sort(static (a, b) => a.Number.CompareTo(b.Number));
        Fields = [.. fields];
        if (!HasFormsFields())
        {
            Form = MessageForm.Fields;
        }

        var oneofs = new Dictionary<string, int>(StringComparer.Ordinal);
        var names = new Dictionary<string, FieldPlan>(StringComparer.Ordinal);
        for (var i = 0; i < Fields.Length; i++)
        {
            var field = Fields[i];
            field.Index = i;
            if (field.Descriptor.RealContainingOneof is { } oneof)
            {
                if (!oneofs.TryGetValue(oneof.Name, out var bit))
                {
                    oneofs.Add(oneof.Name, bit = Fields.Length + oneofs.Count);
                }

                field.OneofBit = bit;
            }
        }

        // JSON names first: a proto name that happens to be another field's JSON name must not hide it.
        foreach (var field in Fields)
        {
            names.TryAdd(field.JsonName, field);
        }

        foreach (var field in Fields)
        {
            names.TryAdd(field.ProtoName, field);
        }

        var entries = new List<(byte[], FieldPlan)>();
        foreach (var (name, field) in names)
        {
            entries.Add((Encoding.UTF8.GetBytes(name), field));
        }

        _byName = new Utf8Table<FieldPlan>(entries);
        HasOneofs = oneofs.Count != 0;
        SeenWords = (Fields.Length + oneofs.Count + 63) / 64;
        _byNumber = new FieldPlan?[DenseLength(Fields)];
        foreach (var field in Fields)
        {
            if (field.Number < _byNumber.Length)
            {
                _byNumber[field.Number] = field;
            }
        }
    }

    /// <summary>A schema may call anything google.protobuf.Any; only what is built like one is treated as one.</summary>
    private bool HasFormsFields() => Form switch
    {
        MessageForm.Any => Has(0, 1, FieldKind.String) && Has(1, 2, FieldKind.Bytes),
        MessageForm.Timestamp or MessageForm.Duration => Has(0, 1, FieldKind.Int64) && Has(1, 2, FieldKind.Int32),
        MessageForm.FieldMask => Has(0, 1, FieldKind.String, FieldShape.Repeated),
        MessageForm.Struct => Has(0, 1, FieldKind.Message, FieldShape.Map),
        MessageForm.ListValue => Has(0, 1, FieldKind.Message, FieldShape.Repeated),
        MessageForm.Value => Has(0, 1, FieldKind.Enum) && Has(1, 2, FieldKind.Double) && Has(2, 3, FieldKind.String)
            && Has(3, 4, FieldKind.Bool) && Has(4, 5, FieldKind.Message) && Has(5, 6, FieldKind.Message),
        MessageForm.Wrapper => Fields.Length == 1 && Fields[0].Number == 1 && Fields[0].Shape == FieldShape.Singular
            && Fields[0].Kind is not (FieldKind.Message or FieldKind.Group),
        _ => true,
    };

    private bool Has(int index, int number, FieldKind kind, FieldShape shape = FieldShape.Singular) =>
        index < Fields.Length && Fields[index].Number == number && Fields[index].Kind == kind && Fields[index].Shape == shape;

    private FieldPlan? FindSparse(int number)
    {
        var low = 0;
        var high = Fields.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var found = Fields[middle].Number;
            if (found == number)
            {
                return Fields[middle];
            }

            if (found < number)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return null;
    }

    /// <summary>As much of the numbers as an array of four slots a field can hold.</summary>
    private static int DenseLength(FieldPlan[] fields)
    {
        var length = 0;
        for (var i = 0; i < fields.Length; i++)
        {
            if (fields[i].Number <= ((i + 1) * 4) + 16)
            {
                length = fields[i].Number + 1;
            }
        }

        return length;
    }

    private static MessageForm FormOf(string fullName) => fullName switch
    {
        "google.protobuf.Any" => MessageForm.Any,
        "google.protobuf.Timestamp" => MessageForm.Timestamp,
        "google.protobuf.Duration" => MessageForm.Duration,
        "google.protobuf.FieldMask" => MessageForm.FieldMask,
        "google.protobuf.Struct" => MessageForm.Struct,
        "google.protobuf.Value" => MessageForm.Value,
        "google.protobuf.ListValue" => MessageForm.ListValue,
        "google.protobuf.DoubleValue" or "google.protobuf.FloatValue" or "google.protobuf.Int64Value"
            or "google.protobuf.UInt64Value" or "google.protobuf.Int32Value" or "google.protobuf.UInt32Value"
            or "google.protobuf.BoolValue" or "google.protobuf.StringValue" or "google.protobuf.BytesValue" => MessageForm.Wrapper,
        _ => MessageForm.Fields,
    };
}
