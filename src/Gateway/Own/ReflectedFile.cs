using Google.Protobuf;

namespace Gateway.Own;

/// <summary>One version of one file, with the versions of those it imports. Two catalogues that agree share it.</summary>
internal sealed class ReflectedFile(string name, ByteString bytes, IReadOnlyList<ReflectedFile> imports)
{
    public string Name => name;

    /// <summary>The serialised FileDescriptorProto.</summary>
    public ByteString Bytes => bytes;

    public IReadOnlyList<ReflectedFile> Imports => imports;

    public bool IsSame(ByteString otherBytes, List<ReflectedFile> otherImports)
    {
        if (!bytes.Equals(otherBytes) || imports.Count != otherImports.Count)
        {
            return false;
        }

        for (var i = 0; i < otherImports.Count; i++)
        {
            if (!ReferenceEquals(imports[i], otherImports[i]))
            {
                return false;
            }
        }

        return true;
    }
}
