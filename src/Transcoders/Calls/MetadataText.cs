using System.Buffers;

namespace Transcoders.Calls;

/// <summary>Which characters metadata may hold on every wire it crosses. Source: gRPC over HTTP/2, "Custom-Metadata"; RFC 9110 §5.</summary>
public static class MetadataText
{
    /// <summary>Characters of a name, either case: wires that need lower case lower it.</summary>
    public static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("-_.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    public static bool IsName(ReadOnlySpan<char> name) => !name.IsEmpty && !name.ContainsAnyExcept(NameCharacters);

    /// <summary>Printable ASCII: nothing that could end a header and begin another.</summary>
    public static bool IsValue(ReadOnlySpan<char> value) => !value.ContainsAnyExceptInRange(' ', '~');
}
