using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gateway.Configuration;

/// <summary>Sums up what a route or cluster says beyond YARP's keys. Carried in their Metadata, it lets YARP see that we changed.</summary>
/// <remarks>A digest, not the text: the text may hold values of the environment, and Metadata is shown in many places.</remarks>
internal static class ConfigFingerprint
{
    /// <summary>The Metadata key. A file that sets it loses its value.</summary>
    public const string Key = "gw:fp";

    /// <summary>Everything of ours, and MaxRequestBodySize, which YARP 2.3 leaves out when it compares routes.</summary>
    public static string Of(RouteSettings route) =>
        Digest(JsonSerializer.SerializeToUtf8Bytes(route with { Position = null }, FingerprintJson.Default.RouteSettings), []);

    /// <summary>Everything of ours, with the content of the schema's files: a new schema is a new cluster.</summary>
    public static string Of(ClusterSettings cluster) =>
        Digest(JsonSerializer.SerializeToUtf8Bytes(cluster with { Position = null }, FingerprintJson.Default.ClusterSettings), SchemaFiles.All(cluster.Schema));

    private static string Digest(ReadOnlySpan<byte> json, IReadOnlyList<string> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(json);
        Span<byte> fileHash = stackalloc byte[SHA256.HashSizeInBytes];
        foreach (var file in files)
        {
            try
            {
                using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                SHA256.HashData(stream, fileHash);
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                // Whoever compiles the schema reports it; here it only has to differ from a readable one.
                fileHash.Clear();
            }

            hash.AppendData(fileHash);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

[JsonSerializable(typeof(RouteSettings))]
[JsonSerializable(typeof(ClusterSettings))]
internal sealed partial class FingerprintJson : JsonSerializerContext;
