using Google.Protobuf.Reflection;

namespace Transcoders.Schema;

/// <summary>Gathers the declarations of linked files by their full names; the first of a name stands.</summary>
internal sealed class SchemaIndex
{
    public List<MethodSchema> Methods { get; } = [];

    public Dictionary<string, MessageDescriptor> Messages { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, FieldDescriptor> Extensions { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, List<FieldDescriptor>> ExtensionsByMessage { get; } = new(StringComparer.Ordinal);

    private readonly HashSet<string> _services = new(StringComparer.Ordinal);

    public void Add(FileDescriptor file)
    {
        foreach (var message in file.MessageTypes)
        {
            Add(message);
        }

        Add(file.Extensions);
        foreach (var service in file.Services)
        {
            if (!_services.Add(service.FullName))
            {
                continue;
            }

            foreach (var method in service.Methods)
            {
                Methods.Add(new MethodSchema(method));
            }
        }
    }

    private void Add(MessageDescriptor message)
    {
        Messages.TryAdd(message.FullName, message);
        Add(message.Extensions);
        foreach (var nested in message.NestedTypes)
        {
            Add(nested);
        }
    }

    private void Add(ExtensionCollection extensions)
    {
        foreach (var extension in extensions.UnorderedExtensions)
        {
            if (!Extensions.TryAdd(extension.FullName, extension))
            {
                continue;
            }

            var message = extension.ExtendeeType.FullName;
            if (!ExtensionsByMessage.TryGetValue(message, out var list))
            {
                ExtensionsByMessage.Add(message, list = []);
            }

            list.Add(extension);
        }
    }
}
