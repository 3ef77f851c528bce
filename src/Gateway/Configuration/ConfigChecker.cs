using System.Globalization;

namespace Gateway.Configuration;

/// <summary>Holds a tree against the grammar: unknown keys, wrong types, words, formats and ranges.</summary>
internal sealed class ConfigChecker(ConfigProblems problems)
{
    /// <summary>Above this a list of all known keys explains nothing.</summary>
    private const int MaxListedKeys = 14;

    /// <summary>Reports everything below <paramref name="node"/> that is not as <paramref name="type"/> says.</summary>
    public void Check(ConfigNode node, ConfigType type)
    {
        // null is how JSON leaves a key out; YARP's own files do it.
        if (node.Kind == ConfigNodeKind.Null)
        {
            return;
        }

        switch (type)
        {
            case OpenType:
                break;
            case ObjectType section:
                CheckObject(node, section);
                break;
            case MapType map:
                CheckMap(node, map);
                break;
            case ListType list:
                CheckList(node, list);
                break;
            case OneOfType oneOf:
                CheckOneOf(node, oneOf);
                break;
            case ChoiceOrMapType { Choice: var choice } when !node.IsContainer:
                CheckScalar(node, choice);
                break;
            case ChoiceOrMapType map:
                CheckNumbered(node, map);
                break;
            default:
                CheckScalar(node, type);
                break;
        }
    }

    private void CheckObject(ConfigNode node, ObjectType section)
    {
        if (node.Kind != ConfigNodeKind.Object)
        {
            problems.Add(node, $"expected an object, found {Quote.Value(node)}");
            return;
        }

        foreach (var child in node.Children)
        {
            var key = section.Find(child.Key);
            if (key is null)
            {
                problems.AddKey(child, UnknownKey(child.Key, section));
            }
            else if (key.Later is { } instead)
            {
                problems.AddKey(child, $"'{key.Name}' is not supported yet by this version; {instead}");
            }
            else
            {
                Check(child, key.Type);
            }
        }

        CheckMissing(node, section);
    }

    private void CheckMissing(ConfigNode node, ObjectType section)
    {
        foreach (var key in section.Keys)
        {
            var present = node.Child(key.Name) is { Kind: not ConfigNodeKind.Null };
            if (key.Required && !present)
            {
                problems.AddKey(node, $"{section.What} needs the key '{key.Name}'");
            }
            else if (key.Or is { } other && !present && string.CompareOrdinal(key.Name, other) < 0 && node.Child(other) is null or { Kind: ConfigNodeKind.Null })
            {
                problems.AddKey(node, $"{section.What} needs the key '{key.Name}' or '{other}'");
            }
        }
    }

    private void CheckMap(ConfigNode node, MapType map)
    {
        if (node.Kind != ConfigNodeKind.Object)
        {
            problems.Add(node, $"expected an object with {map.What} under each name, found {Quote.Value(node)}");
            return;
        }

        foreach (var child in node.Children)
        {
            Check(child, map.Item);
        }
    }

    private void CheckList(ConfigNode node, ListType list)
    {
        // The environment and flat files write a list as an object with indices for names.
        if (!node.IsContainer || (node.Kind == ConfigNodeKind.Object && node.Children.Any(c => !ConfigNode.TryIndex(c.Key, out _))))
        {
            problems.Add(node, $"expected a list, found {Quote.Value(node)}");
            return;
        }

        if (list.NotEmpty && node.Children.Count == 0)
        {
            problems.Add(node, "the list is empty; leave the key out for the default, or name at least one");
        }

        foreach (var child in node.Children)
        {
            if (child.Kind == ConfigNodeKind.Null)
            {
                problems.Add(child, "a list has no null in it");
            }

            Check(child, list.Item);
        }
    }

    private void CheckOneOf(ConfigNode node, OneOfType oneOf)
    {
        if (node.Kind != ConfigNodeKind.Object)
        {
            problems.Add(node, $"expected an object, found {Quote.Value(node)}");
            return;
        }

        foreach (var alternative in oneOf.Alternatives)
        {
            if (node.Child(alternative.Keys[0].Name) is not null)
            {
                CheckObject(node, alternative);
                return;
            }
        }

        var names = oneOf.Alternatives.Select(a => a.Keys[0].Name);
        var first = node.Children.Count > 0 ? node.Children[0] : node;
        problems.AddKey(first, node.Children.Count > 0
            ? $"'{Quote.Safe(first.Key)}' is not {oneOf.What}{Nearest.Suggestion(first.Key, names)}"
            : $"{oneOf.What} is empty; it needs one of {string.Join(", ", names)}");
    }

    private void CheckNumbered(ConfigNode node, ChoiceOrMapType map)
    {
        foreach (var child in node.Children)
        {
            if (!ConfigValues.TryInteger(child.Key, out var number) || number < map.Name.Min || number > map.Name.Max)
            {
                problems.AddKey(child, $"'{Quote.Safe(child.Key)}' is not {map.What}");
            }

            CheckScalar(child, map.Item);
        }
    }

    private void CheckScalar(ConfigNode node, ConfigType type)
    {
        if (node.Value is not { } value)
        {
            problems.Add(node, $"expected {Expected(type)}, found {Quote.Value(node)}");
            return;
        }

        var wrong = type switch
        {
            TextType text => WrongText(node, text, value),
            ChoiceType choice => WrongChoice(node, choice, value),
            BooleanType => bool.TryParse(value, out _) ? null : Unexpected(node, type),
            IntegerType range => ConfigValues.TryInteger(value, out var n) && n >= range.Min && n <= range.Max ? null : Unexpected(node, type),
            NumberType range => ConfigValues.TryNumber(value, out var n) && n >= range.Min && n <= range.Max ? null : Unexpected(node, type),
            DurationType range => ConfigValues.TryDuration(value, out var t) && t >= range.Min && t <= range.Max ? null : Unexpected(node, type),
            SizeType range => ConfigValues.TrySize(value, out var n) && n >= range.Min && n <= range.Max ? null : Unexpected(node, type),
            _ => throw new InvalidOperationException($"No check for {type.GetType().Name}."),
        };
        if (wrong is not null)
        {
            problems.Add(node, wrong);
        }
    }

    private static string? WrongText(ConfigNode node, TextType type, string value)
    {
        if (!type.AnyScalar && node.Kind != ConfigNodeKind.Text)
        {
            return $"expected a text in quotes, found {node.Written}";
        }

        return type.Check?.Invoke(value) is { } wrong ? $"{Quote.Value(node)} {wrong}" : null;
    }

    private static string? WrongChoice(ConfigNode node, ChoiceType choice, string value)
    {
        if (choice.Find(value) is not null)
        {
            return null;
        }

        if (choice.Later.Contains(value, StringComparer.OrdinalIgnoreCase))
        {
            return $"{node.Key} {Quote.Value(node)} is not supported yet by this version; use {AnyOf(choice.Names)}";
        }

        // The suggestion repeats nothing of a value that must not be shown: it names one of ours.
        return $"{Quote.Value(node)} is none of {string.Join(", ", choice.Names)}{Nearest.Suggestion(value, choice.Names)}";
    }

    private static string Unexpected(ConfigNode node, ConfigType type) => $"expected {Expected(type)}, found {Quote.Value(node)}";

    private static string Expected(ConfigType type) => type switch
    {
        ChoiceType choice => $"one of {string.Join(", ", choice.Names)}",
        BooleanType => "true or false",
        IntegerType { Min: int.MinValue } => "a whole number",
        IntegerType { Max: >= int.MaxValue } range => $"a whole number from {range.Min.ToString(CultureInfo.InvariantCulture)}",
        IntegerType range => string.Create(CultureInfo.InvariantCulture, $"a whole number from {range.Min} to {range.Max}"),
        NumberType range => string.Create(CultureInfo.InvariantCulture, $"a number from {range.Min} to {range.Max}"),
        DurationType { Max.Ticks: long.MaxValue } => "a duration as \"hh:mm:ss\", like \"00:00:30\"",
        DurationType range => $"a duration as \"hh:mm:ss\" from {range.Min:c} to {range.Max:c}, like \"00:00:30\"",
        SizeType { Max: >= int.MaxValue } range => $"a size of at least {range.Min.ToString(CultureInfo.InvariantCulture)} bytes, a number or like \"4MiB\"",
        SizeType range => string.Create(CultureInfo.InvariantCulture, $"a size from {range.Min} to {range.Max} bytes, a number or like \"1MiB\""),
        _ => "a text",
    };

    private static string UnknownKey(string name, ObjectType section)
    {
        var supported = section.Keys.Where(k => k.Later is null).Select(k => k.Name).ToList();
        if (Nearest.Of(name, section.Keys.Select(k => k.Name)) is { } near)
        {
            return $"unknown key '{Quote.Safe(name)}' (did you mean '{near}'?)";
        }

        return supported.Count <= MaxListedKeys
            ? $"unknown key '{Quote.Safe(name)}'; {section.What} has {string.Join(", ", supported)}"
            : $"unknown key '{Quote.Safe(name)}'";
    }

    private static string AnyOf(IReadOnlyList<string> names) =>
        names.Count == 1 ? $"'{names[0]}'" : $"{string.Join(", ", names.Take(names.Count - 1).Select(n => $"'{n}'"))} or '{names[^1]}'";
}
