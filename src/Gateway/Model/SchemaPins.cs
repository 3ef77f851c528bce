using System.Security.Cryptography;
using System.Text;
using Gateway.Configuration;

namespace Gateway.Model;

/// <summary>
/// The last good schema of each cluster that is asked by reflection, on disk: a gateway can then start while the backend is down.
/// A pin is a FileDescriptorSet whose last field, unknown to other readers, is a digest of the rest.
/// </summary>
/// <param name="directory">Where pins are kept; null for nowhere.</param>
/// <param name="isReadOnly">Pins are used, but none is written.</param>
/// <param name="logger">Hears of what cannot be read or written; neither is a failure.</param>
public sealed partial class SchemaPins(string? directory, bool isReadOnly, ILogger<SchemaPins> logger)
{
    /// <summary>Most pins kept; the oldest go first.</summary>
    private const int MaxPins = 256;

    private const int MaxSize = 128 * 1024 * 1024;

    /// <summary>Field 536870911 of 32 bytes: the largest number there is.</summary>
    private static ReadOnlySpan<byte> Mark => [0xFA, 0xFF, 0xFF, 0xFF, 0x0F, SHA256.HashSizeInBytes];

    /// <summary>`GATEWAY_STATE`, else what XDG_STATE_HOME and HOME say; null when nobody says anything.</summary>
    public static string? DefaultDirectory(IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        string? Of(string name) => environment.TryGetValue(name, out var value) && Path.IsPathRooted(value) ? value : null;
        var state = Of("GATEWAY_STATE")
            ?? (Of("XDG_STATE_HOME") is { } xdg ? Path.Combine(xdg, "gateway") : Of("HOME") is { } home ? Path.Combine(home, ".local/state/gateway") : null);
        return state is null ? null : Path.Combine(state, "schemas");
    }

    /// <summary>The pinned set of a cluster, or null when there is none that is whole.</summary>
    public byte[]? Read(ClusterSettings cluster)
    {
        if (PathOf(cluster) is not { } path || !File.Exists(path))
        {
            return null;
        }

        try
        {
            if (new FileInfo(path).Length is var length && (length > MaxSize || length < Mark.Length + SHA256.HashSizeInBytes))
            {
                PinUnusable(logger, cluster.Id, path, "its length is wrong");
                return null;
            }

            var bytes = File.ReadAllBytes(path);
            var end = bytes.Length - Mark.Length - SHA256.HashSizeInBytes;
            if (!bytes.AsSpan(end, Mark.Length).SequenceEqual(Mark) || !SHA256.HashData(bytes.AsSpan(0, end)).AsSpan().SequenceEqual(bytes.AsSpan(end + Mark.Length)))
            {
                PinUnusable(logger, cluster.Id, path, "its digest does not fit its content");
                return null;
            }

            return bytes[..end];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            PinUnusable(logger, cluster.Id, path, e.Message);
            return null;
        }
    }

    /// <summary>Pins a set in place of the one before, whole or not at all.</summary>
    public void Write(ClusterSettings cluster, ReadOnlySpan<byte> set)
    {
        if (isReadOnly || PathOf(cluster) is not { } path || directory is null)
        {
            return;
        }

        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            CreateDirectory();
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var file = new FileStream(temporary, options))
            {
                file.Write(set);
                file.Write(Mark);
                file.Write(SHA256.HashData(set));
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            Prune();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            PinNotWritten(logger, cluster.Id, path, e.Message);
        }
    }

    private void CreateDirectory()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory!);
            return;
        }

        Directory.CreateDirectory(directory!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private void Prune()
    {
        foreach (var old in new DirectoryInfo(directory!).GetFiles("*.binpb").OrderByDescending(static file => file.LastWriteTimeUtc).Skip(MaxPins))
        {
            old.Delete();
        }
    }

    /// <summary>By the cluster's name and where it is: the same name somewhere else is another schema.</summary>
    private string? PathOf(ClusterSettings cluster)
    {
        if (directory is null)
        {
            return null;
        }

        var key = string.Join('\n', cluster.Destinations.Values.Order(StringComparer.Ordinal).Prepend(cluster.Id));
        var name = new string([.. cluster.Id.Take(64).Select(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_')]);
        return Path.Combine(directory, $"{name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..16]}.binpb");
    }

    [LoggerMessage(303, LogLevel.Warning, "PinUnusable: the pinned schema of cluster {Cluster} in {Path} is left aside: {Reason}")]
    private static partial void PinUnusable(ILogger logger, string cluster, string path, string reason);

    [LoggerMessage(304, LogLevel.Warning, "PinNotWritten: the schema of cluster {Cluster} could not be pinned in {Path}: {Reason}")]
    private static partial void PinNotWritten(ILogger logger, string cluster, string path, string reason);
}
