using System.Collections.Frozen;
using Google.Protobuf.Reflection;
using Transcoders.Schema;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Gateway.Own;

/// <summary>Finds the file of every kind of symbol of one catalogue: what the catalogue itself has no table of is found by way of its parent.</summary>
internal sealed class CatalogSymbols
{
    private readonly FrozenDictionary<string, ServiceDescriptor> _services;
    private readonly FrozenDictionary<string, FileDescriptor[]> _packages;

    /// <param name="schema">The catalogue.</param>
    /// <param name="services">Those of its services that may be found, by name.</param>
    public CatalogSymbols(SchemaCatalog schema, FrozenDictionary<string, ServiceDescriptor> services)
    {
        Schema = schema;
        _services = services;
        _packages = schema.Files.GroupBy(static file => file.Package, StringComparer.Ordinal)
            .ToFrozenDictionary(static group => group.Key, static group => group.ToArray(), StringComparer.Ordinal);
    }

    public SchemaCatalog Schema { get; }

    /// <summary>The file that declares a service, method, message, field, oneof, enum, enum value or extension; null when none does.</summary>
    public FileDescriptor? FileOf(string symbol)
    {
        if (_services.TryGetValue(symbol, out var service))
        {
            return service.File;
        }

        if (Schema.FindMessage(symbol) is { } message)
        {
            return message.File;
        }

        if (Schema.FindExtension(symbol) is { } extension)
        {
            return extension.File;
        }

        var dot = symbol.LastIndexOf('.');
        return FileOf(dot < 0 ? "" : symbol[..dot], symbol[(dot + 1)..]);
    }

    private FileDescriptor? FileOf(string parent, string name)
    {
        if (_services.TryGetValue(parent, out var service))
        {
            return service.FindMethodByName(name)?.File;
        }

        if (Schema.FindMessage(parent) is { } message)
        {
            var isDeclared = message.FindFieldByName(name) is not null
                || message.Oneofs.Any(oneof => oneof.Name == name) || Declares(message.EnumTypes, name);
            return isDeclared ? message.File : null;
        }

        return FindEnum(parent)?.FindValueByName(name)?.EnumDescriptor.File
            ?? (_packages.GetValueOrDefault(parent) ?? []).FirstOrDefault(file => Declares(file.EnumTypes, name));
    }

    /// <summary>An enum, or one of its values: in protobuf a value is named beside its enum, not inside it.</summary>
    private static bool Declares(IList<EnumDescriptor> enums, string name) =>
        enums.Any(candidate => candidate.Name == name || candidate.FindValueByName(name) is not null);

    private EnumDescriptor? FindEnum(string name)
    {
        var dot = name.LastIndexOf('.');
        var (parent, last) = (dot < 0 ? "" : name[..dot], name[(dot + 1)..]);
        return Schema.FindMessage(parent) is { } message
            ? message.EnumTypes.FirstOrDefault(candidate => candidate.Name == last)
            : (_packages.GetValueOrDefault(parent) ?? []).SelectMany(static file => file.EnumTypes).FirstOrDefault(candidate => candidate.Name == last);
    }
}
