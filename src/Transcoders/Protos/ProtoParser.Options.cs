using System.Globalization;
using Google.Protobuf.Reflection;
using FieldType = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace Transcoders.Protos;

/// <summary>Options and their values.</summary>
internal sealed partial class ProtoParser
{
    private readonly Dictionary<object, PendingOptions> _optionsOf = new(ReferenceEqualityComparer.Instance);

    /// <summary>`option (a.b).c = value;`</summary>
    private ProtoOption ParseOptionStatement()
    {
        _next++;
        var option = ParseOption();
        Expect(';');
        return option;
    }

    /// <summary>`[a = 1, (b) = 2]`</summary>
    private List<ProtoOption> ParseOptionList()
    {
        var options = new List<ProtoOption>();
        Expect('[');
        do
        {
            options.Add(ParseOption());
        }
        while (TrySymbol(','));
        Expect(']');
        return options;
    }

    /// <summary>The options of a field or value, of which `default` and `json_name` are none.</summary>
    /// <returns>The `json_name`, or null.</returns>
    private string? ParseFieldOptions(object owner, string scope)
    {
        if (!IsSymbol('['))
        {
            return null;
        }

        string? jsonName = null;
        var options = ParseOptionList();
        var field = owner as FieldDescriptorProto;
        for (var i = options.Count - 1; i >= 0 && field is not null; i--)
        {
            var option = options[i];
            if (option.Path is not [(var name, false)] || name is not ("default" or "json_name"))
            {
                continue;
            }

            options.RemoveAt(i);
            if (name == "default")
            {
                field.DefaultValue = ParseDefault(field, option.Value);
            }
            else
            {
                jsonName = option.Value.Kind == ProtoValueKind.Text
                    ? System.Text.Encoding.UTF8.GetString(option.Value.Text)
                    : throw new ProtoSyntaxException(option.Value.Position, "json_name is a string.");
            }
        }

        if (options.Count > 0)
        {
            AddOptions(owner, scope, options);
        }

        return jsonName;
    }

    /// <summary>A default value as descriptors write it: numbers in decimal, bytes escaped.</summary>
    private string ParseDefault(FieldDescriptorProto field, ProtoValue value)
    {
        var sign = value.IsNegative ? "-" : "";
        if (_source.IsProto3)
        {
            throw new ProtoSyntaxException(value.Position, "proto3 has no default values of its own.");
        }

        switch (field.HasType ? field.Type : FieldType.Enum)
        {
            case FieldType.Enum when value.Kind == ProtoValueKind.Identifier:
                return value.Identifier;
            case FieldType.Bool when value.Identifier is "true" or "false":
                return value.Identifier;
            case FieldType.String when value.Kind == ProtoValueKind.Text:
                return System.Text.Encoding.UTF8.GetString(value.Text);
            case FieldType.Bytes when value.Kind == ProtoValueKind.Text:
                return ProtoText.Escape(value.Text);
            case FieldType.Double when AsDouble(value) is { } number:
                return ProtoText.Format(number);
            case FieldType.Float when AsDouble(value) is { } number:
                return ProtoText.Format((float)number);
            case not (FieldType.Enum or FieldType.Bool or FieldType.String or FieldType.Bytes or FieldType.Double or FieldType.Float) when value.Kind == ProtoValueKind.Integer:
                return value.Integer == 0 ? "0" : sign + value.Integer.ToString(CultureInfo.InvariantCulture);
            default:
                throw new ProtoSyntaxException(value.Position, "the default value does not fit the type of its field.");
        }
    }

    internal static double? AsDouble(ProtoValue value)
    {
        double? number = value.Kind switch
        {
            ProtoValueKind.Integer => value.Integer,
            ProtoValueKind.Float => value.Float,
            ProtoValueKind.Identifier when value.Identifier is "inf" or "infinity" => double.PositiveInfinity,
            ProtoValueKind.Identifier when value.Identifier == "nan" => double.NaN,
            _ => null,
        };
        return value.IsNegative ? -number : number;
    }

    private ProtoOption ParseOption()
    {
        var position = Current.Position;
        var path = new List<(string, bool)>();
        do
        {
            if (TrySymbol('('))
            {
                path.Add((ParseTypeName(), true));
                Expect(')');
            }
            else
            {
                path.Add((ParseIdentifier("the name of an option"), false));
            }
        }
        while (TrySymbol('.'));
        Expect('=');
        return new ProtoOption(path, IsSymbol('{') ? ParseMessageValue() : ParseScalar(), position);
    }

    private ProtoValue ParseScalar()
    {
        var position = Current.Position;
        var negative = TrySymbol('-');
        if (!negative && TrySymbol('+'))
        {
            negative = false;
        }

        var token = Current;
        switch (token.Kind)
        {
            case ProtoTokenKind.Identifier:
                return new ProtoValue { Kind = ProtoValueKind.Identifier, Position = position, IsNegative = negative, Identifier = ParseIdentifier("") };
            case ProtoTokenKind.Integer when ProtoText.TryParse(Slice(token), out var integer):
                _next++;
                return new ProtoValue { Kind = ProtoValueKind.Integer, Position = position, IsNegative = negative, Integer = integer };
            // An integer that is too large for one may still be a double.
            case ProtoTokenKind.Float or ProtoTokenKind.Integer when double.TryParse(Slice(token), NumberStyles.Float, CultureInfo.InvariantCulture, out var number):
                _next++;
                return new ProtoValue { Kind = ProtoValueKind.Float, Position = position, IsNegative = negative, Float = number };
            case ProtoTokenKind.String when !negative:
                return new ProtoValue { Kind = ProtoValueKind.Text, Position = position, Text = ParseBytes() };
            default:
                throw Unexpected("a value");
        }
    }

    /// <summary>`{ name: value  [ext.name] { … }  list: [1, 2] }`. Source: protobuf text format specification.</summary>
    private ProtoValue ParseMessageValue()
    {
        if (++_depth > MaxDepth)
        {
            throw Wrong($"the value is nested deeper than {MaxDepth}.");
        }

        var position = Current.Position;
        var closing = TrySymbol('<') ? '>' : '}';
        if (closing == '}')
        {
            Expect('{');
        }

        var fields = new List<ProtoValueField>();
        while (!TrySymbol(closing))
        {
            var at = Current.Position;
            var isExtension = TrySymbol('[');
            var name = isExtension ? ParseBracketName() : ParseIdentifier("the name of a field");
            var hasColon = TrySymbol(':');
            if (!hasColon && !IsSymbol('{') && !IsSymbol('<') && !IsSymbol('['))
            {
                throw Unexpected("':'");
            }

            fields.Add(new ProtoValueField(name, isExtension, ParseElement(), at));
            _ = TrySymbol(',') || TrySymbol(';');
        }

        _depth--;
        return new ProtoValue { Kind = ProtoValueKind.Message, Position = position, Fields = fields };
    }

    private ProtoValue ParseElement()
    {
        if (IsSymbol('{') || IsSymbol('<'))
        {
            return ParseMessageValue();
        }

        if (!IsSymbol('['))
        {
            return ParseScalar();
        }

        var position = Current.Position;
        var elements = new List<ProtoValue>();
        _next++;
        while (!TrySymbol(']'))
        {
            if (elements.Count > 0)
            {
                Expect(',');
            }

            elements.Add(IsSymbol('{') || IsSymbol('<') ? ParseMessageValue() : ParseScalar());
        }

        return new ProtoValue { Kind = ProtoValueKind.List, Position = position, Elements = elements };
    }

    /// <summary>`google.api.http]`, or `type.googleapis.com/pkg.Message]`.</summary>
    private string ParseBracketName()
    {
        var name = ParseTypeName();
        while (TrySymbol('/'))
        {
            name += "/" + ParseTypeName();
        }

        Expect(']');
        return name;
    }

    private void AddOption(object owner, string scope, ProtoOption option) => AddOptions(owner, scope, [option]);

    private void AddOptions(object owner, string scope, List<ProtoOption> options)
    {
        // A declaration's options may stand anywhere in it: they are one list.
        if (_optionsOf.TryGetValue(owner, out var known))
        {
            known.Options.AddRange(options);
            return;
        }

        var pending = new PendingOptions(owner, scope, [.. options]);
        _optionsOf.Add(owner, pending);
        _source.Options.Add(pending);
    }
}
