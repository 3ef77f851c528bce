namespace Gateway.DocTests.Running;

/// <summary>A test with programs that scripts/install-test-tools.sh brings; where one is missing it is skipped and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsFactAttribute : FactAttribute
{
    public NeedsFactAttribute(params string[] programs)
    {
        var path = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':');
        var missing = programs.Where(program => !path.Any(directory => File.Exists(Path.Combine(directory, program)))).ToList();
        if (missing.Count > 0)
        {
            Skip = $"{string.Join(", ", missing)} not installed here; scripts/install-test-tools.sh installs it.";
        }
    }
}
