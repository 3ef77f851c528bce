using System.Reflection;

namespace Samples.Demo;

/// <summary>The command line of the demo.</summary>
internal sealed record DemoOptions
{
    public const string Usage = """
        demo: starts the sample backends and the gateway, and says what to try.

          dotnet run --project samples/Demo [-- OPTIONS]

          --urls URL           where the gateway listens          http://127.0.0.1:8080
          --admin URL          where its admin port listens       http://127.0.0.1:8081
          --library-port N     the Library gRPC server's port     50051  (0: any free one)
          --page-port N        the page server's port             50080  (0: any free one)
          --json               say what to try as JSON
          --print-only         start nothing, only say what to try
        """;

    public string GatewayUrl { get; private init; } = "http://127.0.0.1:8080";

    public string AdminUrl { get; private init; } = "http://127.0.0.1:8081";

    public int LibraryPort { get; private init; } = 50051;

    public int PagePort { get; private init; } = 50080;

    public bool Json { get; private init; }

    public bool PrintOnly { get; private init; }

    /// <summary>False leaves in <paramref name="text"/> what to say instead.</summary>
    public static bool TryParse(string[] args, out DemoOptions options, out string text)
    {
        options = new DemoOptions();
        text = "";
        for (var i = 0; i < args.Length; i++)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            switch (args[i])
            {
                case "--json":
                    options = options with { Json = true };
                    continue;
                case "--print-only":
                    options = options with { PrintOnly = true };
                    continue;
                case "--urls" when Uri.IsWellFormedUriString(value, UriKind.Absolute):
                    options = options with { GatewayUrl = value.TrimEnd('/') };
                    break;
                case "--admin" when Uri.IsWellFormedUriString(value, UriKind.Absolute):
                    options = options with { AdminUrl = value.TrimEnd('/') };
                    break;
                case "--library-port" when ushort.TryParse(value, out var port):
                    options = options with { LibraryPort = port };
                    break;
                case "--page-port" when ushort.TryParse(value, out var port):
                    options = options with { PagePort = port };
                    break;
                case "--help":
                    text = Usage;
                    return false;
                default:
                    text = $"demo: '{args[i]}' is not understood here; see --help";
                    return false;
            }

            i++;
        }

        return true;
    }

    /// <summary>The line tool's program, where its build put it.</summary>
    public static string LineToolPath() => Path.GetFullPath(
        typeof(DemoOptions).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(entry => entry.Key == "LineTool").Value!);
}
