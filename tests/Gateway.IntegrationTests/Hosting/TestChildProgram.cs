using System.Runtime.InteropServices;
using System.Text.Json;

namespace Gateway.IntegrationTests.Hosting;

/// <summary>How to run tests/TestChild, which the build puts beside the tests.</summary>
/// <remarks>By the `dotnet` that runs us and not by its own launcher: a clean environment has no DOTNET_ROOT to find a runtime by.</remarks>
internal static class TestChildProgram
{
    private static readonly string DotNet =
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    private static readonly string Assembly = Path.Combine(AppContext.BaseDirectory, "testchild.dll");

    /// <summary>`"Command": …, "Arguments": […]` of a Process section that runs it in a mode: see its Program.cs.</summary>
    public static string Command(params string[] arguments) =>
        $"\"Command\": {Quote(DotNet)}, \"Arguments\": [{string.Join(", ", arguments.Prepend(Assembly).Select(Quote))}]";

    private static string Quote(string text) => JsonSerializer.Serialize(text);
}
