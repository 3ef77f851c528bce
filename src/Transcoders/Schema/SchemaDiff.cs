using Google.Protobuf.Reflection;
using Transcoders.Calls;

namespace Transcoders.Schema;

/// <summary>What a change of a schema means to those who call its methods.</summary>
public enum SchemaChangeKind : byte
{
    /// <summary>A method that was not there before.</summary>
    Added,

    /// <summary>A method that is gone.</summary>
    Removed,

    /// <summary>Callers of before may be misunderstood, or may misunderstand.</summary>
    Incompatible,
}

/// <summary>One change, in words: `shop.v1.Item.price changed from int32 to string`.</summary>
public readonly record struct SchemaChange(SchemaChangeKind Kind, string Text);

/// <summary>
/// Compares two schemas by what their methods reach: added and removed methods, and what breaks callers on the wire or in JSON
/// (types, numbers and labels of fields, removed fields and enum values, streaming).
/// </summary>
public sealed class SchemaDiff
{
    /// <summary>Most changes told; the rest are counted.</summary>
    private const int MaxChanges = 50;

    private readonly List<SchemaChange> _changes = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Stack<(MessageDescriptor Before, MessageDescriptor After)> _messages = new();

    private SchemaDiff()
    {
    }

    /// <summary>The changes, added methods first, at most 50 of them.</summary>
    public IReadOnlyList<SchemaChange> Changes => _changes;

    /// <summary>How many there are beyond <see cref="Changes"/>.</summary>
    public int Untold { get; private set; }

    public static SchemaDiff Between(SchemaCatalog before, SchemaCatalog after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var diff = new SchemaDiff();
        foreach (var method in after.Methods)
        {
            if (before.FindMethod(method.FullName) is null)
            {
                diff.Add(SchemaChangeKind.Added, method.FullName);
            }
        }

        foreach (var method in before.Methods)
        {
            if (after.FindMethod(method.FullName) is not { } now)
            {
                diff.Add(SchemaChangeKind.Removed, method.FullName);
                continue;
            }

            diff.Compare(method, now);
        }

        while (diff._messages.TryPop(out var pair))
        {
            diff.Compare(pair.Before, pair.After);
        }

        return diff;
    }

    /// <summary>True when both have the same files, byte for byte but for comments.</summary>
    public static bool AreSame(SchemaCatalog one, SchemaCatalog other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        if (one.Files.Count != other.Files.Count)
        {
            return false;
        }

        var files = new Dictionary<string, FileDescriptor>(StringComparer.Ordinal);
        foreach (var file in one.Files)
        {
            files[file.Name] = file;
        }

        foreach (var file in other.Files)
        {
            if (!files.TryGetValue(file.Name, out var same) || !same.SerializedData.Equals(file.SerializedData))
            {
                return false;
            }
        }

        return true;
    }

    private void Compare(MethodSchema before, MethodSchema after)
    {
        if (before.Shape != after.Shape)
        {
            Add(SchemaChangeKind.Incompatible, $"{before.FullName} changed from {Name(before.Shape)} to {Name(after.Shape)}");
        }

        CompareType(before.FullName + " request", before.Input, after.Input);
        CompareType(before.FullName + " response", before.Output, after.Output);
    }

    private void CompareType(string what, MessageDescriptor before, MessageDescriptor after)
    {
        if (before.FullName != after.FullName)
        {
            Add(SchemaChangeKind.Incompatible, $"{what} changed from {before.FullName} to {after.FullName}");
        }
        else if (_seen.Add(before.FullName))
        {
            _messages.Push((before, after));
        }
    }

    private void Compare(MessageDescriptor before, MessageDescriptor after)
    {
        foreach (var field in before.Fields.InDeclarationOrder())
        {
            var name = $"{before.FullName}.{field.Name}";
            if (after.FindFieldByNumber(field.FieldNumber) is not { } now)
            {
                Add(SchemaChangeKind.Incompatible, after.FindFieldByName(field.Name) is { } moved
                    ? $"{name} changed from number {field.FieldNumber} to {moved.FieldNumber}"
                    : $"{name} (number {field.FieldNumber}) is gone");
                continue;
            }

            if (now.Name != field.Name || now.JsonName != field.JsonName)
            {
                Add(SchemaChangeKind.Incompatible, $"{name} (number {field.FieldNumber}) is now called {now.Name}, {now.JsonName} in JSON");
            }

            if (field.IsRepeated != now.IsRepeated || field.IsMap != now.IsMap)
            {
                Add(SchemaChangeKind.Incompatible, $"{name} changed from {Many(field)} to {Many(now)}");
            }

            CompareFieldType(name, field, now);
        }
    }

    private void CompareFieldType(string name, FieldDescriptor before, FieldDescriptor after)
    {
        if (before.FieldType != after.FieldType)
        {
            Add(SchemaChangeKind.Incompatible, $"{name} changed from {TypeName(before)} to {TypeName(after)}");
        }
        else if (before.FieldType is FieldType.Message or FieldType.Group)
        {
            CompareType(name, before.MessageType, after.MessageType);
        }
        else if (before.FieldType == FieldType.Enum)
        {
            Compare(name, before.EnumType, after.EnumType);
        }
    }

    private void Compare(string name, EnumDescriptor before, EnumDescriptor after)
    {
        if (before.FullName != after.FullName)
        {
            Add(SchemaChangeKind.Incompatible, $"{name} changed from {before.FullName} to {after.FullName}");
            return;
        }

        if (!_seen.Add(before.FullName))
        {
            return;
        }

        foreach (var value in before.Values)
        {
            if (after.FindValueByName(value.Name) is not { } now)
            {
                Add(SchemaChangeKind.Incompatible, $"{before.FullName}.{value.Name} is gone");
            }
            else if (now.Number != value.Number)
            {
                Add(SchemaChangeKind.Incompatible, $"{before.FullName}.{value.Name} changed from {value.Number} to {now.Number}");
            }
        }
    }

    private void Add(SchemaChangeKind kind, string text)
    {
        if (_changes.Count < MaxChanges)
        {
            _changes.Add(new SchemaChange(kind, text));
        }
        else
        {
            Untold++;
        }
    }

    private static string TypeName(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message or FieldType.Group => field.MessageType.FullName,
        FieldType.Enum => field.EnumType.FullName,
        var scalar => scalar.ToString().ToLowerInvariant(),
    };

    private static string Many(FieldDescriptor field) => field.IsMap ? "a map" : field.IsRepeated ? "repeated" : "one";

    private static string Name(CallShape shape) => shape switch
    {
        CallShape.Unary => "unary",
        CallShape.ClientStreaming => "client streaming",
        CallShape.ServerStreaming => "server streaming",
        _ => "duplex",
    };
}
