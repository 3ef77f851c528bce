using Google.Protobuf;
using Google.Protobuf.Reflection;
using FieldType = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;
using Label = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Label;

namespace Transcoders.Protos;

/// <summary>
/// Writes options in wire format by the descriptors of google/protobuf/descriptor.proto and of the extensions in sight, so that every option
/// survives, known or not. What is only for compilers (`retention = RETENTION_SOURCE`) is left out, as protoc leaves it out.
/// </summary>
internal sealed class OptionEncoder(ProtoSymbols symbols)
{
    private readonly Dictionary<DescriptorProto, Dictionary<string, FieldDescriptorProto>> _fields = new(ReferenceEqualityComparer.Instance);

    /// <summary>The options of one declaration as a serialised message.</summary>
    /// <param name="file">Where they stand.</param>
    /// <param name="type">Full name of the options' message.</param>
    /// <param name="pending">The options.</param>
    /// <exception cref="ProtoSyntaxException">An option that does not exist, or a value that does not fit.</exception>
    public byte[] Encode(ProtoFile file, string type, PendingOptions pending)
    {
        var written = new HashSet<string>(StringComparer.Ordinal);
        var parts = new List<(int Number, int Order, byte[] Bytes)>();
        foreach (var option in pending.Options)
        {
            var message = Message(type, option.Position);
            var bytes = Write(output => Encode(output, file, message, pending.Scope, option, 0, written, ""));
            parts.Add((Find(file, message, option, 0, pending.Scope).Field?.Number ?? 0, parts.Count, bytes));
        }

        // By number, as protoc writes them, so that the same source is the same bytes.
        parts.Sort(static (a, b) => a.Number != b.Number ? a.Number.CompareTo(b.Number) : a.Order.CompareTo(b.Order));
        return Write(output =>
        {
            foreach (var (_, _, bytes) in parts)
            {
                WriteRaw(output, bytes);
            }
        });
    }

    private void Encode(CodedOutputStream output, ProtoFile file, ProtoSymbol message, string scope, ProtoOption option, int step, HashSet<string> written, string path)
    {
        var name = option.Path[step].Name;
        var (field, declaredIn) = Find(file, message, option, step, scope);
        if (field is null || (step == 0 && name == "uninterpreted_option"))
        {
            throw new ProtoSyntaxException(option.Position, $"there is no option '{name}' in '{message.FullName}'.");
        }

        path += "/" + field.Number;
        if (step == option.Path.Count - 1)
        {
            if (field.Label != Label.Repeated && !written.Add(path))
            {
                throw new ProtoSyntaxException(option.Position, $"the option '{name}' is set twice.");
            }

            Encode(output, file, field, declaredIn, option.Value);
            return;
        }

        if (field.Type is not (FieldType.Message or FieldType.Group) || field.Label == Label.Repeated)
        {
            throw new ProtoSyntaxException(option.Position, $"the option '{name}' has no fields that could be set one by one.");
        }

        if (IsForCompilersOnly(field))
        {
            return;
        }

        Nest(output, field, declaredIn, Write(inner => Encode(inner, file, TypeOf(field, option.Position), scope, option, step + 1, written, path)));
    }

    private (FieldDescriptorProto? Field, ProtoFile File) Find(ProtoFile file, ProtoSymbol message, ProtoOption option, int step, string scope) =>
        option.Path[step] is (var name, true)
            ? Extension(file, message, name, scope, option.Position)
            : (Fields(message).GetValueOrDefault(option.Path[step].Name), message.File);

    private void Encode(CodedOutputStream output, ProtoFile file, FieldDescriptorProto field, ProtoFile declaredIn, ProtoValue value)
    {
        if (IsForCompilersOnly(field))
        {
            return;
        }

        if (value.Kind == ProtoValueKind.List)
        {
            if (field.Label != Label.Repeated)
            {
                throw new ProtoSyntaxException(value.Position, $"'{field.Name}' takes one value, no list.");
            }

            if (IsPacked(field, declaredIn) && value.Elements.Count > 0)
            {
                output.WriteTag(field.Number, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(ByteString.CopyFrom(Write(packed =>
                {
                    foreach (var element in value.Elements)
                    {
                        OptionScalars.Write(packed, field, EnumOf(field), element);
                    }
                })));
                return;
            }

            foreach (var element in value.Elements)
            {
                EncodeOne(output, file, field, declaredIn, element);
            }

            return;
        }

        EncodeOne(output, file, field, declaredIn, value);
    }

    private void EncodeOne(CodedOutputStream output, ProtoFile file, FieldDescriptorProto field, ProtoFile declaredIn, ProtoValue value)
    {
        if (field.Type is FieldType.Message or FieldType.Group)
        {
            if (value.Kind != ProtoValueKind.Message)
            {
                throw new ProtoSyntaxException(value.Position, $"'{field.Name}' is a message; {{ … }} would be right.");
            }

            Nest(output, field, declaredIn, EncodeFields(file, TypeOf(field, value.Position), value));
            return;
        }

        output.WriteTag(field.Number, OptionScalars.WireTypeOf(field));
        OptionScalars.Write(output, field, EnumOf(field), value);
    }

    /// <summary>The fields of a value in braces, in the order of their numbers.</summary>
    private byte[] EncodeFields(ProtoFile file, ProtoSymbol message, ProtoValue value)
    {
        if (message.FullName == "google.protobuf.Any" && value.Fields is [{ IsExtension: true } any] && any.Name.LastIndexOf('/') is > 0 and var slash)
        {
            var inner = Message(any.Name[(slash + 1)..], any.Position);
            return Write(output =>
            {
                output.WriteTag(1, WireFormat.WireType.LengthDelimited);
                output.WriteString(any.Name);
                output.WriteTag(2, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(ByteString.CopyFrom(EncodeFields(file, inner, any.Value)));
            });
        }

        var entries = new List<(FieldDescriptorProto Field, ProtoFile DeclaredIn, ProtoValueField Set, int Order)>();
        var seen = new HashSet<int>();
        foreach (var set in value.Fields)
        {
            var (field, declaredIn) = set.IsExtension
                ? Extension(file, message, set.Name, message.FullName, set.Position)
                : (FieldNamed(message, set.Name), message.File);
            if (field is null)
            {
                throw new ProtoSyntaxException(set.Position, $"'{message.FullName}' has no field '{set.Name}'.");
            }

            if (!seen.Add(field.Number) && field.Label != Label.Repeated)
            {
                throw new ProtoSyntaxException(set.Position, $"'{set.Name}' is set twice.");
            }

            entries.Add((field, declaredIn, set, entries.Count));
        }

        entries.Sort(static (a, b) => a.Field.Number != b.Field.Number ? a.Field.Number.CompareTo(b.Field.Number) : a.Order.CompareTo(b.Order));
        return Write(output =>
        {
            for (var i = 0; i < entries.Count; i++)
            {
                var (field, declaredIn, set, _) = entries[i];
                if (field.Label != Label.Repeated || !IsPacked(field, declaredIn))
                {
                    Encode(output, file, field, declaredIn, set.Value);
                    continue;
                }

                // `style: A  style: B` is `style: [A, B]`.
                var elements = new List<ProtoValue>();
                for (; i < entries.Count && ReferenceEquals(entries[i].Field, field); i++)
                {
                    elements.AddRange(entries[i].Set.Value is { Kind: ProtoValueKind.List } list ? list.Elements : [entries[i].Set.Value]);
                }

                i--;
                Encode(output, file, field, declaredIn, new ProtoValue { Kind = ProtoValueKind.List, Position = set.Position, Elements = elements });
            }
        });
    }

    /// <summary>A field by its name; a group also by that of its message, as text format names it.</summary>
    private FieldDescriptorProto? FieldNamed(ProtoSymbol message, string name)
    {
        var fields = Fields(message);
        if (fields.TryGetValue(name, out var field))
        {
            return field;
        }

        return fields.TryGetValue(name.ToLowerInvariant(), out field)
            && field.TypeName.EndsWith("." + name, StringComparison.Ordinal) && (field.Type == FieldType.Group || IsDelimited(field, message.File)) ? field : null;
    }

    private Dictionary<string, FieldDescriptorProto> Fields(ProtoSymbol message)
    {
        var descriptor = (DescriptorProto)message.Descriptor;
        if (!_fields.TryGetValue(descriptor, out var fields))
        {
            _fields.Add(descriptor, fields = new Dictionary<string, FieldDescriptorProto>(StringComparer.Ordinal));
            foreach (var field in descriptor.Field)
            {
                fields.TryAdd(field.Name, field);
            }
        }

        return fields;
    }

    private (FieldDescriptorProto Field, ProtoFile File) Extension(ProtoFile file, ProtoSymbol message, string name, string scope, ProtoPosition position)
    {
        if (symbols.Find(file, name, scope, isType: false) is not { Descriptor: FieldDescriptorProto field } symbol)
        {
            throw new ProtoSyntaxException(position, symbols.Get(name.TrimStart('.')) is { } hidden
                ? $"the option '({name})' is declared in '{hidden.File.Descriptor.Name}', which the file does not import."
                : $"the option '({name})' is declared neither here nor in what the file imports.");
        }

        if (field.Extendee.TrimStart('.') != message.FullName)
        {
            throw new ProtoSyntaxException(position, $"'({name})' extends '{field.Extendee.TrimStart('.')}', not '{message.FullName}'.");
        }

        return (field, symbol.File);
    }

    private ProtoSymbol TypeOf(FieldDescriptorProto field, ProtoPosition position) => Message(field.TypeName.TrimStart('.'), position);

    private ProtoSymbol Message(string fullName, ProtoPosition position) =>
        symbols.Get(fullName) is { Descriptor: DescriptorProto } symbol ? symbol : throw new ProtoSyntaxException(position, $"'{fullName}' is no message that is known here.");

    private EnumDescriptorProto? EnumOf(FieldDescriptorProto field) =>
        field.Type == FieldType.Enum ? symbols.Get(field.TypeName.TrimStart('.'))?.Descriptor as EnumDescriptorProto : null;

    private static bool IsForCompilersOnly(FieldDescriptorProto field) =>
        field.Options is { HasRetention: true, Retention: FieldOptions.Types.OptionRetention.RetentionSource };

    private static bool IsDelimited(FieldDescriptorProto field, ProtoFile file)
    {
        if (field.Type == FieldType.Group)
        {
            return true;
        }

        var features = field.Options?.Features is { HasMessageEncoding: true } own ? own : file.Descriptor.Options?.Features;
        return features is { MessageEncoding: FeatureSet.Types.MessageEncoding.Delimited };
    }

    private static bool IsPacked(FieldDescriptorProto field, ProtoFile file)
    {
        if (field.Type is FieldType.String or FieldType.Bytes or FieldType.Message or FieldType.Group)
        {
            return false;
        }

        if (field.Options is { HasPacked: true } options)
        {
            return options.Packed;
        }

        var features = field.Options?.Features is { HasRepeatedFieldEncoding: true } own ? own : file.Descriptor.Options?.Features;
        return file.Descriptor.Syntax switch
        {
            "proto3" => true,
            "editions" => features?.RepeatedFieldEncoding != FeatureSet.Types.RepeatedFieldEncoding.Expanded,
            _ => false,
        };
    }

    private static void Nest(CodedOutputStream output, FieldDescriptorProto field, ProtoFile declaredIn, byte[] content)
    {
        if (!IsDelimited(field, declaredIn))
        {
            output.WriteTag(field.Number, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(content));
            return;
        }

        output.WriteTag(field.Number, WireFormat.WireType.StartGroup);
        WriteRaw(output, content);
        output.WriteTag(field.Number, WireFormat.WireType.EndGroup);
    }

    /// <summary>A group's fields stand between its tags without a length; the stream has no other way in than byte by byte.</summary>
    private static void WriteRaw(CodedOutputStream output, byte[] content)
    {
        foreach (var b in content)
        {
            output.WriteRawTag(b);
        }
    }

    private static byte[] Write(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
        {
            write(output);
        }

        return bytes.ToArray();
    }
}
