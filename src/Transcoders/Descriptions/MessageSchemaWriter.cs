using System.Text;
using System.Text.Json;
using Google.Protobuf.Reflection;
using Transcoders.Payloads;
using Transcoders.Schema;

namespace Transcoders.Descriptions;

/// <summary>
/// Writes JSON Schemas (2020-12) of messages, as the JSON mapping with the same options reads and prints them. Not for two threads at once.
/// </summary>
/// <remarks>
/// <para>Messages and enums are referred to; what was referred to must be defined with <see cref="WriteDefinitions"/> in the place that the
/// references name. Names of definitions are final only when everything is known, so a document is written twice: once to
/// fill the writer, then for good.</para>
/// <para>Schemas say less than the gateway checks: unknown members are left open, and that members of a oneof exclude each other is told in
/// words, since clients made of `oneOf` and `not` are hard to use. An enum value that the schema does not know is printed as its number.</para>
/// </remarks>
public sealed class MessageSchemaWriter
{
    private readonly SchemaCatalog _catalog;
    private readonly PayloadPlanOptions _options;
    private readonly string _prefix;
    private readonly SchemaReach _reach;

    /// <param name="catalog">The schema.</param>
    /// <param name="options">How JSON is printed.</param>
    /// <param name="prefix">Where definitions stand: `#/components/schemas/`, or `#/$defs/`.</param>
    public MessageSchemaWriter(SchemaCatalog catalog, PayloadPlanOptions options, string prefix)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        _catalog = catalog;
        _options = options;
        _prefix = prefix;
        _reach = new SchemaReach(catalog);
    }

    /// <summary>One schema that stands for itself, as tools take it: the message's own members, with what it refers to in `$defs`.</summary>
    public static byte[] WriteAlone(SchemaCatalog catalog, PayloadPlanOptions options, MessageDescriptor message, MessageDirection direction)
    {
        ArgumentNullException.ThrowIfNull(message);
        var writer = new MessageSchemaWriter(catalog, options, "#/$defs/");
        return DescriptionDocument.Write(json =>
        {
            json.WriteStartObject();
            writer.WriteMembers(json, message, direction, []);
            json.WritePropertyName("$defs");
            writer.WriteDefinitions(json);
            json.WriteEndObject();
        });
    }

    /// <summary>Writes the schema of a message: a reference, or the form of a well-known type.</summary>
    public void WriteMessage(Utf8JsonWriter json, MessageDescriptor message, MessageDirection direction)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        WriteMessageMembers(json, message, direction);
        json.WriteEndObject();
    }

    /// <summary>Writes the schema of a message without some of its fields: those that a URL has already set.</summary>
    /// <param name="json">Takes it.</param>
    /// <param name="message">The message.</param>
    /// <param name="direction">Which way it goes.</param>
    /// <param name="without">Field paths in names of the .proto file, such as `book.name`; empty for the whole message.</param>
    public void WriteMessage(Utf8JsonWriter json, MessageDescriptor message, MessageDirection direction, IReadOnlyList<string> without)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(without);
        if (without.Count == 0 || WellKnownSchema.IsInline(message))
        {
            WriteMessage(json, message, direction);
            return;
        }

        json.WriteStartObject();
        WriteMembers(json, message, direction, without);
        json.WriteEndObject();
    }

    /// <summary>Writes the schema of what a field holds, lists and maps included.</summary>
    /// <param name="json">Takes it.</param>
    /// <param name="field">The field.</param>
    /// <param name="direction">Which way it goes.</param>
    /// <param name="without">Paths below the field that a URL has set.</param>
    public void WriteField(Utf8JsonWriter json, FieldDescriptor field, MessageDirection direction, IReadOnlyList<string> without)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(field);
        json.WriteStartObject();
        WriteTypeMembers(json, field, direction, without);
        json.WriteEndObject();
    }

    /// <summary>Writes an object of everything that was referred to so far, by name.</summary>
    /// <param name="json">Takes it.</param>
    /// <param name="more">Writes members of its own first; null for none.</param>
    public void WriteDefinitions(Utf8JsonWriter json, Action<Utf8JsonWriter>? more = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        more?.Invoke(json);
        foreach (var (name, (type, direction)) in _reach.Definitions())
        {
            json.WriteStartObject(name);
            if (type is MessageDescriptor message)
            {
                WriteMembers(json, message, direction, []);
            }
            else
            {
                WriteEnum(json, (EnumDescriptor)type);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>The name by which a field stands in JSON.</summary>
    public string NameOf(FieldDescriptor field)
    {
        ArgumentNullException.ThrowIfNull(field);
        return field.IsExtension ? $"[{field.FullName}]" : _options.ProtoNames ? field.Name : field.JsonName;
    }

    private void WriteMessageMembers(Utf8JsonWriter json, MessageDescriptor message, MessageDirection direction)
    {
        if (WellKnownSchema.IsWrapper(message))
        {
            ScalarSchema.WriteMembers(json, message.FindFieldByNumber(1).FieldType, _options);
        }
        else if (WellKnownSchema.IsInline(message))
        {
            WellKnownSchema.WriteMembers(json, message);
        }
        else
        {
            _reach.Add(message, direction);
            json.WriteString("$ref", _prefix + _reach.NameOf(message, direction));
        }
    }

    private void WriteMembers(Utf8JsonWriter json, MessageDescriptor message, MessageDirection direction, IReadOnlyList<string> without)
    {
        if (WellKnownSchema.IsInline(message))
        {
            WriteMessageMembers(json, message, direction);
            return;
        }

        json.WriteString("type", "object");
        WriteWords(json, _catalog.CommentOf(message));
        if (message.GetOptions() is { Deprecated: true })
        {
            json.WriteBoolean("deprecated", true);
        }

        List<string>? required = null;
        json.WriteStartObject("properties");
        foreach (var field in _reach.FieldsOf(message))
        {
            if (Contains(without, field.Name))
            {
                continue;
            }

            var name = NameOf(field);
            json.WriteStartObject(name);
            WriteProperty(json, field, direction, Below(without, field.Name));
            json.WriteEndObject();
            if (field.IsRequired || (direction == MessageDirection.Request && FieldBehaviors.IsRequired(field)))
            {
                (required ??= []).Add(name);
            }
        }

        json.WriteEndObject();
        if (required is not null)
        {
            json.WriteStartArray("required");
            foreach (var name in required)
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
        }
    }

    private void WriteProperty(Utf8JsonWriter json, FieldDescriptor field, MessageDirection direction, IReadOnlyList<string> without)
    {
        if (MayBeNull(field))
        {
            json.WriteStartArray("anyOf");
            WriteField(json, field, direction, without);
            json.WriteStartObject();
            json.WriteString("type", "null");
            json.WriteEndObject();
            json.WriteEndArray();
        }
        else
        {
            WriteTypeMembers(json, field, direction, without);
        }

        WriteWords(json, Describe(field));
        if (FieldBehaviors.IsOutputOnly(field))
        {
            json.WriteBoolean("readOnly", true);
        }

        if (FieldBehaviors.IsInputOnly(field))
        {
            json.WriteBoolean("writeOnly", true);
        }

        if (field.GetOptions() is { Deprecated: true })
        {
            json.WriteBoolean("deprecated", true);
        }

        ScalarSchema.WriteDefault(json, field, _options);
    }

    private void WriteTypeMembers(Utf8JsonWriter json, FieldDescriptor field, MessageDirection direction, IReadOnlyList<string> without)
    {
        if (field.IsMap)
        {
            json.WriteString("type", "object");
            json.WriteStartObject("additionalProperties");
            WriteValueMembers(json, field.MessageType.FindFieldByNumber(2), direction, []);
            json.WriteEndObject();
        }
        else if (field.IsRepeated)
        {
            json.WriteString("type", "array");
            json.WriteStartObject("items");
            WriteValueMembers(json, field, direction, []);
            json.WriteEndObject();
        }
        else
        {
            WriteValueMembers(json, field, direction, without);
        }
    }

    /// <summary>One value of the field: an element of a list, a value of a map.</summary>
    private void WriteValueMembers(Utf8JsonWriter json, FieldDescriptor field, MessageDirection direction, IReadOnlyList<string> without)
    {
        switch (field.FieldType)
        {
            case FieldType.Message or FieldType.Group when without.Count > 0:
                WriteMembers(json, field.MessageType, direction, without);
                break;
            case FieldType.Message or FieldType.Group:
                WriteMessageMembers(json, field.MessageType, direction);
                break;
            case FieldType.Enum when WellKnownSchema.IsNull(field.EnumType):
                json.WriteString("type", "null");
                break;
            case FieldType.Enum:
                _reach.Add(field.EnumType);
                json.WriteString("$ref", _prefix + field.EnumType.FullName);
                break;
            default:
                ScalarSchema.WriteMembers(json, field.FieldType, _options);
                break;
        }
    }

    private void WriteEnum(Utf8JsonWriter json, EnumDescriptor type)
    {
        json.WriteString("type", _options.EnumsAsNumbers ? "integer" : "string");
        WriteWords(json, DescribeValues(type));
        json.WriteStartArray("enum");
        var numbers = new HashSet<int>();
        foreach (var value in type.Values)
        {
            if (!_options.EnumsAsNumbers)
            {
                json.WriteStringValue(value.Name);
            }
            else if (numbers.Add(value.Number))
            {
                json.WriteNumberValue(value.Number);
            }
        }

        json.WriteEndArray();
        if (type.GetOptions() is { Deprecated: true })
        {
            json.WriteBoolean("deprecated", true);
        }
    }

    /// <summary>What Go's protojson prints as null when it prints what is not set.</summary>
    private bool MayBeNull(FieldDescriptor field) =>
        _options is { EmitDefaults: true, EmitNulls: true } && !field.IsExtension && !field.IsRepeated && field.HasPresence && field.ContainingOneof is null
        && !field.IsRequired;

    private string? Describe(FieldDescriptor field)
    {
        var words = _catalog.CommentOf(field);
        if (field.RealContainingOneof is not { } oneof)
        {
            return words;
        }

        var rule = new StringBuilder(words);
        rule.Append(words is null ? "" : "\n\n").Append("At most one of these is set:");
        foreach (var member in oneof.Fields)
        {
            rule.Append(ReferenceEquals(member, oneof.Fields[0]) ? " `" : ", `").Append(NameOf(member)).Append('`');
        }

        return rule.Append('.').ToString();
    }

    private string? DescribeValues(EnumDescriptor type)
    {
        var words = new StringBuilder(_catalog.CommentOf(type));
        foreach (var value in type.Values)
        {
            var comment = _catalog.CommentOf(value);
            if (comment is null && !_options.EnumsAsNumbers)
            {
                continue;
            }

            words.Append(words.Length == 0 ? "" : "\n").Append("- ");
            if (_options.EnumsAsNumbers)
            {
                words.Append(value.Number).Append(": ");
            }

            words.Append('`').Append(value.Name).Append('`');
            if (comment is not null)
            {
                words.Append(": ").Append(comment.Replace('\n', ' '));
            }
        }

        return words.Length == 0 ? null : words.ToString();
    }

    private static void WriteWords(Utf8JsonWriter json, string? words)
    {
        if (words is { Length: > 0 })
        {
            json.WriteString("description", words);
        }
    }

    private static bool Contains(IReadOnlyList<string> paths, string name)
    {
        foreach (var path in paths)
        {
            if (path == name)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The paths below a field: `book.name` below `book` → `name`.</summary>
    internal static IReadOnlyList<string> Below(IReadOnlyList<string> paths, string name)
    {
        List<string>? below = null;
        foreach (var path in paths)
        {
            if (path.Length > name.Length + 1 && path[name.Length] == '.' && path.StartsWith(name, StringComparison.Ordinal))
            {
                (below ??= []).Add(path[(name.Length + 1)..]);
            }
        }

        return below ?? [];
    }
}
