namespace Transcoders.Protos;

/// <summary>Sources that come with the gateway because no library brings their descriptors.</summary>
internal static class BundledProtos
{
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal) { "google/longrunning/operations.proto" };

    /// <summary>The text of the file of that name, or null when it is none of these.</summary>
    public static string? Find(string name)
    {
        if (!Names.Contains(name))
        {
            return null;
        }

        using var stream = typeof(BundledProtos).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
