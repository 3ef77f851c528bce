using System.Globalization;

namespace Gateway.Bench.Driver;

/// <summary>The command line of the load driver.</summary>
internal sealed record LoadOptions
{
    public const string Usage = """
        load: measures the gateway beside its peers, each in a process of its own, in interleaved rounds.

          ./build.sh bench [OPTIONS]

          --cells             every pair of two protocols instead, beside websocketd, and memory per idle connection
          --write             with --cells: writes the tables into docs/benchmarks-cells.md
          --rows A,B          only rows whose id begins with one of these (http-grpc, grpc-grpc, http-http, …)
          --contenders A,B    only these: gateway, jt (JsonTranscoding hop), yarp (bare YARP), direct, websocketd
          --seconds S         length of one measurement                        2
          --warmup S          shortest warm-up; longer while it still helps    3
          --rounds N          measurements of each contender, interleaved      3
          --json FILE         writes the results as JSON too
          --strict            exit code 1 when a row misses its target
        """;

    public static readonly string[] AllContenders = ["gateway", "jt", "yarp", "direct", "websocketd"];

    public IReadOnlyList<string> Rows { get; private init; } = [];

    public IReadOnlyList<string> Contenders { get; private init; } = AllContenders;

    public TimeSpan Measurement { get; private init; } = TimeSpan.FromSeconds(2);

    public TimeSpan Warmup { get; private init; } = TimeSpan.FromSeconds(3);

    public int Rounds { get; private init; } = 3;

    public string? JsonFile { get; private init; }

    public bool Strict { get; private init; }

    /// <summary>The pairs of two protocols, not the rows beside peers.</summary>
    public bool Cells { get; private init; }

    /// <summary>Write the page of the cells.</summary>
    public bool WritesPage { get; private init; }

    public bool Wants(string row) => Rows.Count == 0 || Rows.Any(row.StartsWith);

    public static bool TryParse(string[] args, out LoadOptions options, out string text)
    {
        options = new LoadOptions();
        text = "";
        for (var i = 0; i < args.Length; i++)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            switch (args[i])
            {
                case "--strict":
                    options = options with { Strict = true };
                    continue;
                case "--cells":
                    options = options with { Cells = true };
                    continue;
                case "--write":
                    options = options with { WritesPage = true };
                    continue;
                case "--rows" when value.Length > 0:
                    options = options with { Rows = value.Split(',') };
                    break;
                case "--contenders" when value.Length > 0 && value.Split(',').All(AllContenders.Contains):
                    options = options with { Contenders = value.Split(',') };
                    break;
                case "--seconds" when Seconds(value) is { } seconds:
                    options = options with { Measurement = seconds };
                    break;
                case "--warmup" when Seconds(value) is { } seconds:
                    options = options with { Warmup = seconds };
                    break;
                case "--rounds" when int.TryParse(value, out var rounds) && rounds > 0:
                    options = options with { Rounds = rounds };
                    break;
                case "--json" when value.Length > 0:
                    options = options with { JsonFile = value };
                    break;
                case "--help":
                    text = Usage;
                    return false;
                default:
                    text = $"load: '{args[i]}' is not understood here; see --help";
                    return false;
            }

            i++;
        }

        if (options.WritesPage && (!options.Cells || options.Rows.Count > 0))
        {
            text = "load: --write goes with --cells and all of its rows";
            return false;
        }

        return true;
    }

    private static TimeSpan? Seconds(string value) =>
        double.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 3600 ? TimeSpan.FromSeconds(seconds) : null;
}
