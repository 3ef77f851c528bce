using Google.Protobuf.Reflection;
using FieldType = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace Transcoders.Protos;

/// <summary>Gives the names of one file their meaning, and finds what the language forbids of its declarations.</summary>
internal sealed class ProtoLinker(ProtoFile file, ProtoSource source, ProtoSymbols symbols, Action<ProtoPosition, string> report)
{
    public void Link()
    {
        foreach (var reference in source.References)
        {
            Resolve(reference);
        }

        foreach (var message in file.Descriptor.MessageType)
        {
            Check(message);
        }

        foreach (var type in file.Descriptor.EnumType)
        {
            Check(type);
        }
    }

    private void Resolve(TypeReference reference)
    {
        if (symbols.Find(file, reference.Name, reference.Scope, isType: true) is not { } symbol)
        {
            var hidden = symbols.Get(reference.Name.TrimStart('.'));
            report(reference.Position, hidden is null
                ? $"'{reference.Name}' is not declared here or in what the file imports."
                : $"'{reference.Name}' is declared in '{hidden.File.Descriptor.Name}', which the file does not import.");
            return;
        }

        var name = "." + symbol.FullName;
        if (reference.Role == TypeRole.FieldType && symbol.Descriptor is EnumDescriptorProto)
        {
            ((FieldDescriptorProto)reference.Owner).TypeName = name;
            ((FieldDescriptorProto)reference.Owner).Type = FieldType.Enum;
            return;
        }

        if (symbol.Descriptor is not DescriptorProto message)
        {
            report(reference.Position, $"'{reference.Name}' is no message.");
            return;
        }

        switch (reference.Role)
        {
            case TypeRole.FieldType:
                ((FieldDescriptorProto)reference.Owner).TypeName = name;
                ((FieldDescriptorProto)reference.Owner).Type = FieldType.Message;
                break;
            case TypeRole.Extendee:
                var extension = (FieldDescriptorProto)reference.Owner;
                extension.Extendee = name;
                if (!HasRoom(message, extension.Number))
                {
                    report(source.Positions[extension], $"'{symbol.FullName}' has no extension range with the number {extension.Number}.");
                }

                break;
            case TypeRole.MethodInput:
                ((MethodDescriptorProto)reference.Owner).InputType = name;
                break;
            default:
                ((MethodDescriptorProto)reference.Owner).OutputType = name;
                break;
        }
    }

    private static bool HasRoom(DescriptorProto message, int number)
    {
        foreach (var range in message.ExtensionRange)
        {
            if (number >= range.Start && (number < range.End || range.End > 536_870_911))
            {
                return true;
            }
        }

        return false;
    }

    private void Check(DescriptorProto message)
    {
        var numbers = new Dictionary<int, string>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in message.Field)
        {
            if (!numbers.TryAdd(field.Number, field.Name))
            {
                Report(field, $"number {field.Number} is already that of '{numbers[field.Number]}'.");
            }

            if (!names.Add(field.Name))
            {
                Report(field, $"the message has another field '{field.Name}'.");
            }

            if (field.Number > 536_870_911)
            {
                Report(field, "the number of a field is at most 536870911.");
            }

            foreach (var range in message.ReservedRange)
            {
                if (field.Number >= range.Start && field.Number < range.End)
                {
                    Report(field, $"number {field.Number} is reserved.");
                }
            }

            if (message.ReservedName.Contains(field.Name))
            {
                Report(field, $"the name '{field.Name}' is reserved.");
            }
        }

        foreach (var nested in message.NestedType)
        {
            Check(nested);
        }

        foreach (var type in message.EnumType)
        {
            Check(type);
        }
    }

    private void Check(EnumDescriptorProto type)
    {
        if (source.IsProto3 && type.Value[0].Number != 0)
        {
            Report(type.Value[0], "the first value of a proto3 enum is 0.");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var value in type.Value)
        {
            if (!names.Add(value.Name))
            {
                Report(value, $"the enum has another value '{value.Name}'.");
            }
        }
    }

    private void Report(object owner, string text) => report(source.Positions.GetValueOrDefault(owner, new ProtoPosition(1, 1)), text);
}
