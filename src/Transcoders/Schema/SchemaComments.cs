using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;

namespace Transcoders.Schema;

/// <summary>The comments of declarations by full name: all that is kept of SourceCodeInfo. The first comment of a name stands.</summary>
internal sealed class SchemaComments
{
    /// <summary>Most characters kept of one comment; a description beyond it is cut there.</summary>
    private const int MaxLength = 16 * 1024;

    // Field numbers of google/protobuf/descriptor.proto: SourceCodeInfo names declarations by paths of them.
    private const int FileMessages = 4;
    private const int FileEnums = 5;
    private const int FileServices = 6;
    private const int FileExtensions = 7;
    private const int MessageFields = 2;
    private const int MessageNested = 3;
    private const int MessageEnums = 4;
    private const int MessageExtensions = 6;
    private const int MessageOneofs = 8;
    private const int EnumValues = 2;
    private const int ServiceMethods = 2;

    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    /// <summary>The comment on the declaration of that full name (a method's is `pkg.Service.Method`), or null.</summary>
    public string? Find(string fullName) => _texts.GetValueOrDefault(fullName);

    public void Add(SchemaComments others)
    {
        foreach (var (name, text) in others._texts)
        {
            _texts.TryAdd(name, text);
        }
    }

    public void Add(FileDescriptorProto file)
    {
        foreach (var location in file.SourceCodeInfo?.Location ?? [])
        {
            // `int32 x = 1; // the abscissa` is as common as a line above.
            var text = location.LeadingComments.Length > 0 ? location.LeadingComments : location.TrailingComments;
            if (text.Length > 0 && NameOf(file, location.Path) is { } name && Tidy(text) is { Length: > 0 } tidied)
            {
                _texts.TryAdd(name, tidied);
            }
        }
    }

    /// <summary>`[4, 0, 2, 1]` → the second field of the first message; null for what is no declaration, and for paths that lead nowhere.</summary>
    private static string? NameOf(FileDescriptorProto file, RepeatedField<int> path)
    {
        if (path.Count < 2 || path.Count % 2 != 0)
        {
            return null;
        }

        var scope = file.Package;
        var index = path[1];
        switch (path[0])
        {
            case FileMessages when At(file.MessageType, index) is { } message:
                return NameOf(message, Join(scope, message.Name), path, 2);
            case FileEnums when At(file.EnumType, index) is { } type:
                return NameOf(type, Join(scope, type.Name), path, 2);
            case FileServices when At(file.Service, index) is { } service:
                scope = Join(scope, service.Name);
                return path.Count == 2 ? scope
                    : path.Count == 4 && path[2] == ServiceMethods && At(service.Method, path[3]) is { } method ? Join(scope, method.Name) : null;
            case FileExtensions when path.Count == 2 && At(file.Extension, index) is { } extension:
                return Join(scope, extension.Name);
            default:
                return null;
        }
    }

    private static string? NameOf(DescriptorProto message, string scope, RepeatedField<int> path, int start)
    {
        // A loop rather than recursion: the depth of nesting is the author's.
        for (; start < path.Count; start += 2)
        {
            var index = path[start + 1];
            switch (path[start])
            {
                case MessageNested when At(message.NestedType, index) is { } nested:
                    message = nested;
                    scope = Join(scope, nested.Name);
                    continue;
                case MessageEnums when At(message.EnumType, index) is { } type:
                    return NameOf(type, Join(scope, type.Name), path, start + 2);
                case MessageFields when start + 2 == path.Count && At(message.Field, index) is { } field:
                    return Join(scope, field.Name);
                case MessageExtensions when start + 2 == path.Count && At(message.Extension, index) is { } extension:
                    return Join(scope, extension.Name);
                case MessageOneofs when start + 2 == path.Count && At(message.OneofDecl, index) is { } oneof:
                    return Join(scope, oneof.Name);
                default:
                    return null;
            }
        }

        return scope;
    }

    private static string? NameOf(EnumDescriptorProto type, string scope, RepeatedField<int> path, int start) =>
        start == path.Count ? scope
        : start + 2 == path.Count && path[start] == EnumValues && At(type.Value, path[start + 1]) is { } value ? Join(scope, value.Name) : null;

    private static T? At<T>(RepeatedField<T> list, int index)
        where T : class => index >= 0 && index < list.Count ? list[index] : null;

    private static string Join(string scope, string name) => scope.Length == 0 ? name : $"{scope}.{name}";

    /// <summary>` A book.\n Its name is final.\n` → `A book.\nIts name is final.`</summary>
    private static string Tidy(string text)
    {
        if (text.Length > MaxLength)
        {
            text = text[..(char.IsHighSurrogate(text[MaxLength - 1]) ? MaxLength - 1 : MaxLength)];
        }

        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            // One space is the author's way of writing `// text`; more are an indent that Markdown reads.
            var line = lines[i].TrimEnd();
            lines[i] = line.StartsWith(' ') ? line[1..] : line;
        }

        return string.Join('\n', lines).Trim('\n');
    }
}
