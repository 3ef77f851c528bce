namespace Gateway.IntegrationTests.Hosting;

/// <summary>The descriptor sets of the samples, beside the tests.</summary>
internal static class Protos
{
    public static string Library { get; } = Path.Combine(AppContext.BaseDirectory, "protos", "library.binpb");

    public static string LineTool { get; } = Path.Combine(AppContext.BaseDirectory, "protos", "linetool.binpb");
}
