using Google.Protobuf.Reflection;
using Transcoders.Schema;

namespace Transcoders.Descriptions;

/// <summary>The messages that a document's schemas reach, and how each is called there. Filled by one writer.</summary>
/// <remarks>
/// A message that goes both ways, and is not the same both ways, has two schemas: `library.v1.Book` for what is read and
/// `library.v1.Book-input` for what is written. No name of a .proto file has a hyphen.
/// </remarks>
internal sealed class SchemaReach(SchemaCatalog catalog)
{
    private const string InputSuffix = "-input";

    private readonly HashSet<MessageDescriptor> _requests = [];
    private readonly HashSet<MessageDescriptor> _responses = [];
    private readonly HashSet<EnumDescriptor> _enums = [];
    private HashSet<MessageDescriptor>? _differing;

    /// <summary>Adds a message with all it holds.</summary>
    public void Add(MessageDescriptor message, MessageDirection direction)
    {
        var seen = direction == MessageDirection.Request ? _requests : _responses;
        if (WellKnownSchema.IsInline(message) || !seen.Add(message))
        {
            return;
        }

        // A stack of our own: types may nest deeper than a thread's stack.
        var pending = new Stack<MessageDescriptor>();
        pending.Push(message);
        while (pending.TryPop(out var next))
        {
            foreach (var field in FieldsOf(next))
            {
                if (MessageOf(field) is { } held && !WellKnownSchema.IsInline(held) && seen.Add(held))
                {
                    pending.Push(held);
                }

                if (EnumOf(field) is { } type)
                {
                    Add(type);
                }
            }
        }
    }

    public void Add(EnumDescriptor type)
    {
        if (!WellKnownSchema.IsNull(type))
        {
            _enums.Add(type);
        }
    }

    /// <summary>What the message is called; final once the definitions have been listed with everything added.</summary>
    public string NameOf(MessageDescriptor message, MessageDirection direction) =>
        direction == MessageDirection.Request && _differing is not null && _responses.Contains(message) && _differing.Contains(message)
            ? message.FullName + InputSuffix
            : message.FullName;

    /// <summary>Every schema that is to be defined, by name.</summary>
    public SortedDictionary<string, (IDescriptor Type, MessageDirection Direction)> Definitions()
    {
        _differing ??= FindDiffering();
        var definitions = new SortedDictionary<string, (IDescriptor, MessageDirection)>(StringComparer.Ordinal);
        foreach (var message in _responses)
        {
            definitions[NameOf(message, MessageDirection.Response)] = (message, MessageDirection.Response);
        }

        foreach (var message in _requests)
        {
            // Of the two that are called alike either will do.
            definitions[NameOf(message, MessageDirection.Request)] = (message, MessageDirection.Request);
        }

        foreach (var type in _enums)
        {
            definitions[type.FullName] = (type, MessageDirection.Response);
        }

        return definitions;
    }

    /// <summary>The fields and the known extensions of a message, in the order in which they were declared.</summary>
    public IEnumerable<FieldDescriptor> FieldsOf(MessageDescriptor message)
    {
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            yield return field;
        }

        foreach (var extension in catalog.FindExtensions(message.FullName))
        {
            yield return extension;
        }
    }

    /// <summary>The message that a field, an element of it or a value of its map is; null for scalars.</summary>
    public static MessageDescriptor? MessageOf(FieldDescriptor field)
    {
        var value = field.IsMap ? field.MessageType.FindFieldByNumber(2) : field;
        return value.FieldType is FieldType.Message or FieldType.Group ? value.MessageType : null;
    }

    /// <summary>The messages of requests that hold, however deep, a field that answers need not have.</summary>
    private HashSet<MessageDescriptor> FindDiffering()
    {
        var differing = new HashSet<MessageDescriptor>();
        var holders = new Dictionary<MessageDescriptor, List<MessageDescriptor>>();
        var pending = new Stack<MessageDescriptor>();
        foreach (var message in _requests)
        {
            foreach (var field in FieldsOf(message))
            {
                if (FieldBehaviors.IsRequired(field) && !field.IsRequired && differing.Add(message))
                {
                    pending.Push(message);
                }

                if (MessageOf(field) is { } held)
                {
                    (holders.TryGetValue(held, out var list) ? list : holders[held] = []).Add(message);
                }
            }
        }

        while (pending.TryPop(out var message))
        {
            foreach (var holder in holders.TryGetValue(message, out var list) ? list : [])
            {
                if (differing.Add(holder))
                {
                    pending.Push(holder);
                }
            }
        }

        return differing;
    }

    private static EnumDescriptor? EnumOf(FieldDescriptor field)
    {
        var value = field.IsMap ? field.MessageType.FindFieldByNumber(2) : field;
        return value.FieldType == FieldType.Enum ? value.EnumType : null;
    }
}
