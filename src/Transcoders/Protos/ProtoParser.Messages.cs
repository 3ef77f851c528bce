using Google.Protobuf.Reflection;
using FieldType = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;
using Label = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Label;

namespace Transcoders.Protos;

/// <summary>Messages, their fields and what else stands in them.</summary>
internal sealed partial class ProtoParser
{
    private const int MaxFieldNumber = 536_870_911;

    private static readonly Dictionary<string, FieldType> Scalars = new(StringComparer.Ordinal)
    {
        ["double"] = FieldType.Double,
        ["float"] = FieldType.Float,
        ["int64"] = FieldType.Int64,
        ["uint64"] = FieldType.Uint64,
        ["int32"] = FieldType.Int32,
        ["fixed64"] = FieldType.Fixed64,
        ["fixed32"] = FieldType.Fixed32,
        ["bool"] = FieldType.Bool,
        ["string"] = FieldType.String,
        ["bytes"] = FieldType.Bytes,
        ["uint32"] = FieldType.Uint32,
        ["sfixed32"] = FieldType.Sfixed32,
        ["sfixed64"] = FieldType.Sfixed64,
        ["sint32"] = FieldType.Sint32,
        ["sint64"] = FieldType.Sint64,
    };

    private void ParseMessage(IList<DescriptorProto> list, int number)
    {
        var message = new DescriptorProto();
        var start = Begin(number, list.Count);
        if (ParseVisibility() is { } visibility)
        {
            message.Visibility = visibility;
        }

        _next++;
        message.Name = ParseName(message);
        list.Add(message);
        ParseMessageBody(message, start);
        End();
    }

    private void ParseMessageBody(DescriptorProto message, int start)
    {
        using var scope = Enter(message.Name);
        Expect('{');
        Comment(start);
        while (!TrySymbol('}'))
        {
            if (TrySymbol(';'))
            {
                continue;
            }

            switch (WordHere())
            {
                case "message" or "export" or "local" when StartsDeclaration("message"):
                    ParseMessage(message.NestedType, DescriptorProto.NestedTypeFieldNumber);
                    break;
                case "enum" or "export" or "local" when StartsDeclaration("enum"):
                    ParseEnum(message.EnumType, DescriptorProto.EnumTypeFieldNumber);
                    break;
                case "extend":
                    ParseExtend(message.Extension, DescriptorProto.ExtensionFieldNumber, message.NestedType, DescriptorProto.NestedTypeFieldNumber);
                    break;
                case "extensions":
                    ParseExtensionRanges(message);
                    break;
                case "reserved":
                    _next++;
                    ParseReserved(message.ReservedName, (from, to) => message.ReservedRange.Add(new DescriptorProto.Types.ReservedRange { Start = from, End = to }), MaxFieldNumber, 1);
                    break;
                case "option":
                    AddOption(message, scope.Outer, ParseOptionStatement());
                    break;
                case "oneof":
                    ParseOneof(message);
                    break;
                default:
                    ParseField(message.Field, DescriptorProto.FieldFieldNumber, message.NestedType, DescriptorProto.NestedTypeFieldNumber, message, null);
                    break;
            }
        }

        AddSyntheticOneofs(message);
    }

    private void ParseOneof(DescriptorProto message)
    {
        var oneof = new OneofDescriptorProto();
        var index = message.OneofDecl.Count;
        var start = Begin(DescriptorProto.OneofDeclFieldNumber, index);
        _next++;
        oneof.Name = ParseName(oneof);
        message.OneofDecl.Add(oneof);
        Expect('{');
        Comment(start);
        End();
        while (!TrySymbol('}'))
        {
            if (TrySymbol(';'))
            {
                continue;
            }

            if (WordHere() == "option")
            {
                AddOption(oneof, _scope, ParseOptionStatement());
                continue;
            }

            if (WordHere() is "optional" or "required" or "repeated" && !IsSymbol('.', 1))
            {
                throw Wrong("a field of a oneof has no label.");
            }

            ParseField(message.Field, DescriptorProto.FieldFieldNumber, message.NestedType, DescriptorProto.NestedTypeFieldNumber, message, index);
        }
    }

    private void ParseExtend(IList<FieldDescriptorProto> list, int number, IList<DescriptorProto> groups, int groupsNumber)
    {
        _next++;
        var position = Current.Position;
        var extendee = ParseTypeName();
        Expect('{');
        while (!TrySymbol('}'))
        {
            if (TrySymbol(';'))
            {
                continue;
            }

            var field = ParseField(list, number, groups, groupsNumber, null, null);
            field.Extendee = extendee;
            _source.References.Add(new(field, TypeRole.Extendee, extendee, _scope, position));
        }
    }

    /// <param name="list">Gets the field.</param>
    /// <param name="number">Number of that list in its descriptor.</param>
    /// <param name="messages">Gets the message of a group or map.</param>
    /// <param name="messagesNumber">Number of that list.</param>
    /// <param name="message">The message it is a field of; null for an extension.</param>
    /// <param name="oneof">The oneof it stands in.</param>
    private FieldDescriptorProto ParseField(
        IList<FieldDescriptorProto> list, int number, IList<DescriptorProto> messages, int messagesNumber, DescriptorProto? message, int? oneof)
    {
        var field = new FieldDescriptorProto();
        var start = Begin(number, list.Count);
        if (oneof is { } index)
        {
            field.OneofIndex = index;
        }

        var label = WordHere();
        field.Label = Label.Optional;
        if (label is "optional" or "required" or "repeated")
        {
            var position = Current.Position;
            _next++;
            field.Label = label switch
            {
                "repeated" => Label.Repeated,
                "required" => Label.Required,
                _ => Label.Optional,
            };
            if (label == "required" && (_source.IsProto3 || _source.IsEditions))
            {
                throw new ProtoSyntaxException(position, _source.IsEditions
                    ? "editions have no label 'required'; [features.field_presence = LEGACY_REQUIRED] would be right."
                    : "proto3 has no required fields.");
            }

            if (label == "optional" && _source.IsEditions)
            {
                throw new ProtoSyntaxException(position, "editions have no label 'optional'; fields are optional without it.");
            }

            if (label == "optional" && _source.IsProto3)
            {
                field.Proto3Optional = true;
            }
        }
        else if (oneof is null && !_source.IsProto3 && !_source.IsEditions && label != "map")
        {
            throw Unexpected("required, optional or repeated");
        }

        if (WordHere() == "map" && IsSymbol('<', 1))
        {
            if (label is "optional" or "required" or "repeated" || message is null || oneof is not null)
            {
                throw Wrong("a map has no label, and is neither an extension nor part of a oneof.");
            }

            ParseMap(field, message);
        }
        else if (WordHere() == "group" && !IsSymbol('.', 1) && _tokens[_next + 1].Kind == ProtoTokenKind.Identifier && IsSymbol('=', 2))
        {
            list.Add(field);
            ParseGroup(field, start, messages, messagesNumber);
            return field;
        }
        else
        {
            ParseFieldType(field);
            field.Name = ParseName(field);
            Expect('=');
            field.Number = ParseFieldNumber();
        }

        list.Add(field);
        field.JsonName = ParseFieldOptions(field, _scope) ?? ProtoText.JsonName(field.Name);
        Expect(';');
        Comment(start);
        End();
        return field;
    }

    private void ParseFieldType(FieldDescriptorProto field)
    {
        if (WordHere() is { } word && Scalars.TryGetValue(word, out var type) && !IsSymbol('.', 1))
        {
            _next++;
            field.Type = type;
            return;
        }

        var position = Current.Position;
        field.TypeName = ParseTypeName();
        _source.References.Add(new(field, TypeRole.FieldType, field.TypeName, _scope, position));
    }

    /// <summary>`map&lt;string, Item&gt; items = 1` is `repeated ItemsEntry items = 1` and a message of key and value.</summary>
    private void ParseMap(FieldDescriptorProto field, DescriptorProto message)
    {
        _next += 2;
        var key = new FieldDescriptorProto { Name = "key", Number = 1, Label = Label.Optional, JsonName = "key" };
        var value = new FieldDescriptorProto { Name = "value", Number = 2, Label = Label.Optional, JsonName = "value" };
        var position = Current.Position;
        ParseFieldType(key);
        if (!key.HasType || key.Type is FieldType.Double or FieldType.Float or FieldType.Bytes)
        {
            throw new ProtoSyntaxException(position, "the key of a map is a string, a bool or an integer.");
        }

        Expect(',');
        ParseFieldType(value);
        Expect('>');
        field.Name = ParseName(field);
        Expect('=');
        field.Number = ParseFieldNumber();
        field.Label = Label.Repeated;
        var entry = new DescriptorProto { Name = ProtoText.MapEntryName(field.Name), Field = { key, value }, Options = new MessageOptions { MapEntry = true } };
        _source.Positions[entry] = position;
        message.NestedType.Add(entry);
        // From the root, so that no other declaration of that name can come between.
        field.TypeName = $".{_scope}.{entry.Name}";
        field.Type = FieldType.Message;
    }

    /// <summary>`optional group Item = 1 { … }` is a message and a field `item` of it.</summary>
    private void ParseGroup(FieldDescriptorProto field, int start, IList<DescriptorProto> messages, int messagesNumber)
    {
        if (_source.IsProto3 || _source.IsEditions)
        {
            throw Wrong("groups are proto2's; a nested message, delimited by features.message_encoding in editions, would be right.");
        }

        _next++;
        var message = new DescriptorProto();
        message.Name = ParseName(message);
        if (!char.IsAsciiLetterUpper(message.Name[0]))
        {
            throw new ProtoSyntaxException(_source.Positions[message], "the name of a group begins with a capital.");
        }

        _source.Positions[field] = _source.Positions[message];
        field.Name = message.Name.ToLowerInvariant();
        Expect('=');
        field.Number = ParseFieldNumber();
        field.Type = FieldType.Group;
        field.TypeName = $".{(_scope.Length == 0 ? "" : _scope + ".")}{message.Name}";
        field.JsonName = ParseFieldOptions(field, _scope) ?? ProtoText.JsonName(field.Name);
        End();
        _path.Add(messagesNumber);
        _path.Add(messages.Count);
        messages.Add(message);
        ParseMessageBody(message, start);
        End();
    }

    /// <summary>A proto3 `optional x` stands alone in a oneof `_x`, behind those of the author.</summary>
    private static void AddSyntheticOneofs(DescriptorProto message)
    {
        HashSet<string>? names = null;
        foreach (var field in message.Field)
        {
            if (!field.Proto3Optional)
            {
                continue;
            }

            if (names is null)
            {
                names = new HashSet<string>(StringComparer.Ordinal);
                foreach (var other in message.Field)
                {
                    names.Add(other.Name);
                }

                foreach (var oneof in message.OneofDecl)
                {
                    names.Add(oneof.Name);
                }
            }

            var name = field.Name.StartsWith('_') ? field.Name : "_" + field.Name;
            while (!names.Add(name))
            {
                name = "X" + name;
            }

            field.OneofIndex = message.OneofDecl.Count;
            message.OneofDecl.Add(new OneofDescriptorProto { Name = name });
        }
    }
}
