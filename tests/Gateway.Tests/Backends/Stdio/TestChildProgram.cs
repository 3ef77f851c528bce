using System.Runtime.InteropServices;
using Gateway.Configuration;

namespace Gateway.Tests.Backends.Stdio;

/// <summary>How to run tests/TestChild, which the build puts beside the tests.</summary>
/// <remarks>By the `dotnet` that runs us and not by its own launcher: a clean environment has no DOTNET_ROOT to find a runtime by.</remarks>
internal static class TestChildProgram
{
    public static string DotNet { get; } =
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    public static string Assembly { get; } = Path.Combine(AppContext.BaseDirectory, "testchild.dll");

    /// <summary>Settings that run it in a mode: see its Program.cs.</summary>
    public static ProcessSettings Settings(params string[] arguments) => new()
    {
        Command = DotNet,
        Arguments = [Assembly, .. arguments],
    };
}
