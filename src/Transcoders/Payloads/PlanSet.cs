using System.Collections.Concurrent;
using System.Text;
using Google.Protobuf.Reflection;
using Transcoders.Schema;

namespace Transcoders.Payloads;

/// <summary>All message types compiled so far from one catalogue with one set of options. Safe from any thread.</summary>
/// <remarks>Bounded by the catalogue: a type that an Any names is compiled the first time it is met, and no other can be named.</remarks>
internal sealed class PlanSet
{
    private const int MaxNameLength = 512;

    private readonly SchemaCatalog _catalog;
    private readonly ConcurrentDictionary<string, MessagePlan> _messages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EnumPlan> _enums = new(StringComparer.Ordinal);
    private readonly Lock _compiling = new();

    public PlanSet(SchemaCatalog catalog, PayloadPlanOptions options)
    {
        _catalog = catalog;
        Options = options;
        StructFields = Get(catalog.FindMessage("google.protobuf.Struct")!).Fields[0];
    }

    public PayloadPlanOptions Options { get; }

    /// <summary>The map of google.protobuf.Struct.</summary>
    public FieldPlan StructFields { get; }

    public MessagePlan Get(MessageDescriptor descriptor)
    {
        if (_messages.TryGetValue(descriptor.FullName, out var known))
        {
            return known;
        }

        lock (_compiling)
        {
            return Compile(descriptor);
        }
    }

    /// <summary>The message an Any names, or null when the catalogue has none of that name.</summary>
    public MessagePlan? FindMessage(ReadOnlySpan<byte> fullName)
    {
        if (fullName.Length > MaxNameLength)
        {
            return null;
        }

        Span<char> name = stackalloc char[MaxNameLength];
        name = name[..Encoding.UTF8.GetChars(fullName, name)];
        if (_messages.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var plan))
        {
            return plan;
        }

        return _catalog.FindMessage(name) is { } descriptor ? Get(descriptor) : null;
    }

    /// <summary>Compiles a type and all it reaches, and publishes them together once they are linked.</summary>
    private MessagePlan Compile(MessageDescriptor root)
    {
        var fresh = new Dictionary<string, MessagePlan>(StringComparer.Ordinal);
        var waiting = new Queue<MessagePlan>();
        var plan = GetOrAdd(root);
        while (waiting.TryDequeue(out var next))
        {
            Link(next);
        }

        foreach (var (name, compiled) in fresh)
        {
            _messages[name] = compiled;
        }

        return plan;

        MessagePlan GetOrAdd(MessageDescriptor descriptor)
        {
            if (_messages.TryGetValue(descriptor.FullName, out var known) || fresh.TryGetValue(descriptor.FullName, out known))
            {
                return known;
            }

            known = new MessagePlan(descriptor);
            fresh.Add(descriptor.FullName, known);
            waiting.Enqueue(known);
            return known;
        }

        void Link(MessagePlan message)
        {
            var fields = new List<FieldPlan>();
            foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
            {
                fields.Add(Field(field));
            }

            foreach (var extension in _catalog.FindExtensions(message.FullName))
            {
                fields.Add(Field(extension));
            }

            message.Link(fields);
        }

        FieldPlan Field(FieldDescriptor descriptor)
        {
            var field = new FieldPlan(descriptor, Options.ProtoNames);
            if (field.Kind is FieldKind.Message or FieldKind.Group)
            {
                field.Message = GetOrAdd(descriptor.MessageType);
            }
            else if (field.Kind == FieldKind.Enum)
            {
                var type = descriptor.EnumType;
                if (!_enums.TryGetValue(type.FullName, out var known))
                {
                    _enums.Add(type.FullName, known = new EnumPlan(type, Options.CaseInsensitiveEnums));
                }

                field.Enum = known;
            }

            return field;
        }
    }
}
