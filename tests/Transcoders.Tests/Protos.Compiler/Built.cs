using System.Reflection;

namespace Transcoders.Tests.Compiling;

/// <summary>What the build told about where things are.</summary>
internal static class Built
{
    public static string Repository => Of("Repository");

    public static string CommonProtos => Of("CommonProtos");

    public static string WellKnownProtos => Path.Combine(Of("GrpcTools"), "build", "native", "include");

    /// <summary>The compiler of the protobuf project itself, as the build of this very assembly used it.</summary>
    public static string Protoc =>
        Path.Combine(Of("GrpcTools"), "tools", System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "linux_arm64" : "linux_x64", "protoc");

    public static string NodePackage(string name) => Path.Combine(Repository, "tests", "js", "node_modules", name);

    private static string Of(string key) =>
        typeof(Built).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == key).Value!;
}

/// <summary>A test with a package of Node.js; where it is missing it is skipped and says so.</summary>
internal sealed class NodePackageFactAttribute : FactAttribute
{
    public NodePackageFactAttribute(string package) =>
        Skip = Directory.Exists(Built.NodePackage(package)) ? null : $"{package} is not installed; scripts/install-test-tools.sh installs it";
}
