namespace Gateway.IntegrationTests.Hosting;

/// <summary>A test with programs and packages (`npm:ws`) that scripts/install-test-tools.sh brings; where one is missing it is skipped and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsFactAttribute : FactAttribute
{
    public NeedsFactAttribute(params string[] needs) => Skip = NeedsTheoryAttribute.Missing(needs);
}

/// <summary>The same for a theory.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsTheoryAttribute : TheoryAttribute
{
    private const string Package = "npm:";

    public NeedsTheoryAttribute(params string[] needs) => Skip = Missing(needs);

    /// <summary>Why tests that need these are skipped; null when all are there.</summary>
    public static string? Missing(params string[] needs)
    {
        foreach (var need in needs)
        {
            var problem = need.StartsWith(Package, StringComparison.Ordinal)
                ? Programs.Missing("node") ?? NodeProgram.Missing(need[Package.Length..])
                : Programs.Missing(need);
            if (problem is not null)
            {
                return problem;
            }
        }

        return null;
    }
}
