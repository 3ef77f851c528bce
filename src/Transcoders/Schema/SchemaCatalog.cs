using System.Collections.Frozen;
using Google.Protobuf.Reflection;

namespace Transcoders.Schema;

/// <summary>
/// Which methods, messages and extensions exist. Immutable, safe from any thread.
/// It always knows the well-known types and the google.rpc error details besides what it was built from.
/// </summary>
public sealed class SchemaCatalog
{
    private readonly FrozenDictionary<string, MethodSchema> _methods;
    private readonly FrozenDictionary<string, MessageDescriptor> _messages;
    private readonly FrozenDictionary<string, FieldDescriptor> _extensions;
    private readonly FrozenDictionary<string, IReadOnlyList<FieldDescriptor>> _extensionsByMessage;

    private SchemaCatalog(IReadOnlyList<FileDescriptor> files, SchemaComments comments)
    {
        Files = files;
        Comments = comments;
        var index = new SchemaIndex();
        foreach (var file in files)
        {
            index.Add(file);
        }

        Methods = index.Methods;
        var methods = new Dictionary<string, MethodSchema>(StringComparer.Ordinal);
        foreach (var method in Methods)
        {
            methods[method.FullName] = method;
        }

        _methods = methods.ToFrozenDictionary(StringComparer.Ordinal);
        _messages = index.Messages.ToFrozenDictionary(StringComparer.Ordinal);
        _extensions = index.Extensions.ToFrozenDictionary(StringComparer.Ordinal);
        var byMessage = new Dictionary<string, IReadOnlyList<FieldDescriptor>>(StringComparer.Ordinal);
        foreach (var (message, extensions) in index.ExtensionsByMessage)
        {
            extensions.Sort(static (a, b) => a.FieldNumber.CompareTo(b.FieldNumber));
            byMessage.Add(message, extensions);
        }

        _extensionsByMessage = byMessage.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Only the well-known types and the google.rpc error details; no methods.</summary>
    public static SchemaCatalog BuiltIn { get; } = FromDescriptorSets([]);

    /// <summary>Every method, in the order of the files and their declarations.</summary>
    public IReadOnlyList<MethodSchema> Methods { get; }

    /// <summary>Every file, each after those it imports.</summary>
    public IReadOnlyList<FileDescriptor> Files { get; }

    internal SchemaComments Comments { get; }

    /// <summary>
    /// What its author wrote about a declaration (service, method, message, field, oneof, enum, value, extension): the comment before it, else
    /// the one behind it, without comment signs; null when there is none or the source came without comments.
    /// </summary>
    /// <remarks>Descriptor sets have them when written with --include_source_info; sources always do; reflection hardly ever does.</remarks>
    public string? CommentOf(IDescriptor declaration)
    {
        ArgumentNullException.ThrowIfNull(declaration);
        return Comments.Find(declaration.FullName);
    }

    /// <summary>Reads serialised FileDescriptorSets (proto2, proto3, editions) into one catalogue.</summary>
    /// <remarks>
    /// A file may come in several sets when its content is the same. Imports of google/protobuf, google/api, google/rpc
    /// and google/type that no set holds are filled in. When two files declare the same name, the first stands.
    /// </remarks>
    /// <param name="sets">The sets; a buf image is one as well.</param>
    /// <param name="sources">What messages call each set; null for `descriptor set 1` and so on.</param>
    /// <exception cref="SchemaException">A set cannot be read, an import is missing, two versions of a file differ.</exception>
    public static SchemaCatalog FromDescriptorSets(IReadOnlyList<ReadOnlyMemory<byte>> sets, IReadOnlyList<string>? sources = null)
    {
        ArgumentNullException.ThrowIfNull(sets);
        var reader = new DescriptorSetReader();
        for (var i = 0; i < sets.Count; i++)
        {
            reader.Add(sets[i], sources is null ? $"descriptor set {i + 1}" : sources[i]);
        }

        return new SchemaCatalog(reader.Link(), reader.Comments);
    }

    /// <summary>One catalogue that knows what all of these know.</summary>
    /// <exception cref="SchemaException">Two of them hold different versions of a file.</exception>
    public static SchemaCatalog Union(params IReadOnlyList<SchemaCatalog> catalogs)
    {
        ArgumentNullException.ThrowIfNull(catalogs);
        var reader = new DescriptorSetReader();
        for (var i = 0; i < catalogs.Count; i++)
        {
            reader.Add(catalogs[i], $"catalogue {i + 1}");
        }

        return new SchemaCatalog(reader.Link(), reader.Comments);
    }

    /// <summary>The method named `pkg.Service/Method`, or null.</summary>
    public MethodSchema? FindMethod(string fullName)
    {
        ArgumentNullException.ThrowIfNull(fullName);
        return _methods.GetValueOrDefault(fullName);
    }

    /// <summary>The message named `pkg.Outer.Message`, or null.</summary>
    public MessageDescriptor? FindMessage(string fullName)
    {
        ArgumentNullException.ThrowIfNull(fullName);
        return _messages.GetValueOrDefault(fullName);
    }

    /// <summary>As the other, for a name that need not become a string first.</summary>
    public MessageDescriptor? FindMessage(ReadOnlySpan<char> fullName) =>
        _messages.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(fullName, out var message) ? message : null;

    /// <summary>The extension declared as `pkg.extension`, or null.</summary>
    public FieldDescriptor? FindExtension(string fullName)
    {
        ArgumentNullException.ThrowIfNull(fullName);
        return _extensions.GetValueOrDefault(fullName);
    }

    /// <summary>The extension of a message under that field number, or null.</summary>
    public FieldDescriptor? FindExtension(string messageFullName, int number)
    {
        foreach (var extension in FindExtensions(messageFullName))
        {
            if (extension.FieldNumber == number)
            {
                return extension;
            }
        }

        return null;
    }

    /// <summary>All extensions of a message, by number; empty when it has none.</summary>
    public IReadOnlyList<FieldDescriptor> FindExtensions(string messageFullName)
    {
        ArgumentNullException.ThrowIfNull(messageFullName);
        return _extensionsByMessage.GetValueOrDefault(messageFullName) ?? [];
    }
}
