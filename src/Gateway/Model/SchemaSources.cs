using System.IO.Compression;
using Gateway.Configuration;
using Google.Protobuf;
using Transcoders.Protos;

namespace Gateway.Model;

/// <summary>Reads what the files of a `Schema` section hold: descriptor sets, buf images, sources.</summary>
internal static class SchemaSources
{
    /// <summary>Largest descriptor set, in bytes, unpacked.</summary>
    private const int MaxSetSize = 128 * 1024 * 1024;

    /// <summary>Largest source, in bytes.</summary>
    private const int MaxSourceSize = 16 * 1024 * 1024;

    /// <summary>A descriptor set or binary buf image, plain or gzip.</summary>
    /// <exception cref="InvalidDataException">It is too large, or something else.</exception>
    public static async Task<byte[]> ReadSetAsync(string file, CancellationToken cancellationToken)
    {
        if (new FileInfo(file).Length > MaxSetSize)
        {
            throw new InvalidDataException($"it is larger than {MaxSetSize} bytes.");
        }

        var bytes = await File.ReadAllBytesAsync(file, cancellationToken);
        if (bytes is [0x1F, 0x8B, ..])
        {
            using var packed = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
            using var unpacked = new MemoryStream();
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = await packed.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (unpacked.Length + read > MaxSetSize)
                {
                    throw new InvalidDataException($"it is larger than {MaxSetSize} bytes when unpacked.");
                }

                unpacked.Write(buffer, 0, read);
            }

            bytes = unpacked.ToArray();
        }

        return bytes switch
        {
            [(byte)'{', ..] => throw new InvalidDataException("it is JSON; a binary set would be right, such as `buf build -o image.binpb` writes."),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => throw new InvalidDataException("it is packed with zstd; .binpb or .binpb.gz would be right."),
            _ => bytes,
        };
    }

    /// <summary>Compiles the sources of a section into one serialised descriptor set; null when there is something to report.</summary>
    public static byte[]? Compile(SchemaSettings schema, Action<string> report)
    {
        var roots = SchemaFiles.Roots(schema).ToList();
        var names = new List<string>();
        foreach (var entry in schema.ProtoFiles)
        {
            foreach (var file in SchemaFiles.Sources(entry))
            {
                names.Add(NameOf(file, roots) ?? NameIn(file, entry, roots));
            }
        }

        var unreadable = new List<string>();
        var compiled = ProtoCompiler.Compile([.. names.Distinct(StringComparer.Ordinal)], name => Read(name, roots, unreadable), string.Join(", ", roots));
        foreach (var problem in unreadable.Concat(compiled.Problems.Select(static p => p.ToString())))
        {
            report(problem);
        }

        return unreadable.Count + compiled.Problems.Count > 0 ? null : compiled.Files.ToByteArray();
    }

    /// <summary>The name by which others import a file: its path below the first root that holds it.</summary>
    private static string? NameOf(string file, List<string> roots)
    {
        foreach (var root in roots)
        {
            var prefix = root.EndsWith('/') ? root : root + "/";
            if (file.StartsWith(prefix, StringComparison.Ordinal))
            {
                return file[prefix.Length..];
            }
        }

        return null;
    }

    /// <summary>Outside of all ImportPaths, a file is imported from where it stands.</summary>
    private static string NameIn(string file, string entry, List<string> roots)
    {
        roots.Add(SchemaFiles.RootOf(entry));
        return NameOf(file, roots) ?? Path.GetFileName(file);
    }

    private static string? Read(string name, List<string> roots, List<string> unreadable)
    {
        // Imports are names, not paths: `../x.proto` would lead out of the roots.
        if (name.Length == 0 || name[0] == '/' || name.Split('/').Contains(".."))
        {
            return null;
        }

        foreach (var root in roots)
        {
            var path = Path.Combine(root, name);
            try
            {
                if (!File.Exists(path))
                {
                    continue;
                }

                if (new FileInfo(path).Length > MaxSourceSize)
                {
                    unreadable.Add($"'{path}' is larger than {MaxSourceSize} bytes.");
                    return "";
                }

                return File.ReadAllText(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                unreadable.Add($"'{path}' cannot be read: {e.Message}");
                return "";
            }
        }

        return null;
    }
}
