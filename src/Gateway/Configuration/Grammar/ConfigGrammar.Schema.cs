namespace Gateway.Configuration;

/// <summary>Where the schema of a cluster comes from.</summary>
internal static partial class ConfigGrammar
{
    private static IReadOnlyList<ConfigKey> SchemaSourceKeys =>
    [
        new("DescriptorSets", Texts, "Files that hold a serialised google.protobuf.FileDescriptorSet or a binary buf image, or directories of them; .gz is unpacked. Relative paths are relative to this file."),
        new("ProtoFiles", Texts, "Sources to compile: .proto files, directories (every .proto in and below them), or patterns such as protos/**/*.proto."),
        new("ImportPaths", Texts, "Directories that ProtoFiles import from. Absent: where the files, directories or patterns begin."),
        new("Reflection", Flag, "Ask the backend by gRPC server reflection.") { Default = "false" },
        new("Pin", Flag, "Keep the last answer of Reflection on disk, and use it while the backend is down.") { Default = "true" },
        new("Refresh", DurationType.Positive, "How often Reflection asks again. Absent: when the file is loaded, and every 30 s while a pinned answer stands in."),
    ];
}
