namespace Transcoders.Tests.Conformance;

public sealed class ConformanceTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static string FailureList => Path.Combine(ConformanceRunner.Root, "tests", "Transcoders.Conformance", "failures.txt");

    [ConformanceFact]
    public async Task EveryRequiredAndRecommendedTest_Passes()
    {
        var directory = Directory.CreateTempSubdirectory("conformance-");
        try
        {
            using var limit = new CancellationTokenSource(Limit);
            var (exitCode, output) = await ConformanceRunner.RunAsync(FailureList, directory.FullName, limit.Token);

            var lines = output.Split('\n');
            var summaries = lines.Where(line => line.StartsWith("CONFORMANCE SUITE", StringComparison.Ordinal)).ToList();
            Report(summaries);
            var errors = string.Join('\n', lines.Where(line => line.StartsWith("ERROR", StringComparison.Ordinal)).Take(20));
            Assert.True(exitCode == 0, $"The runner ended with {exitCode}.\n{string.Join('\n', summaries)}\n{errors}");
            Assert.NotEmpty(summaries);
            Assert.All(summaries, line => Assert.EndsWith(" 0 expected failures, 0 unexpected failures.", line, StringComparison.Ordinal));
            Assert.Contains(summaries, line => line.Contains(" 0 skipped,", StringComparison.Ordinal));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void TheListOfFailures_IsEmpty()
    {
        Assert.All(File.ReadLines(FailureList), line => Assert.StartsWith("#", line, StringComparison.Ordinal));
    }

    /// <summary>The runner's own words, to the console and to the directory that TEST_REPORTS names.</summary>
    private static void Report(IReadOnlyList<string> summaries)
    {
        var text = $"\nProtobuf conformance (binary and JSON; required and recommended; proto2, proto3, edition 2023):\n{string.Join('\n', summaries)}\n";
        Console.WriteLine(text);
        if (Environment.GetEnvironmentVariable("TEST_REPORTS") is { Length: > 0 } directory)
        {
            Directory.CreateDirectory(directory);
            File.WriteAllText(Path.Combine(directory, "conformance.md"), text);
        }
    }
}
