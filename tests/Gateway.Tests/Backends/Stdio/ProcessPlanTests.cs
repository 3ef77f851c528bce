using Gateway.Backends.Stdio;
using Gateway.Configuration;

namespace Gateway.Tests.Backends.Stdio;

public sealed class ProcessPlanTests
{
    [Fact]
    public void Name_IsFoundOnPath()
    {
        var plan = Compile(new ProcessSettings { Command = "sh", Arguments = ["-c", "x"] }, out var problems);
        Assert.Empty(problems);
        Assert.Equal("/bin/sh", plan!.Command);
        Assert.Equal(["sh", "-c", "x"], plan.Arguments);
        Assert.Equal("/etc", plan.WorkingDirectory);
    }

    [Theory]
    [InlineData("", "must name an executable")]
    [InlineData("no-such-tool", "There is no 'no-such-tool' on the gateway's PATH")]
    [InlineData("jq -c .", "put each argument into Arguments")]
    [InlineData("/bin", "'/bin' is a directory")]
    [InlineData("/etc/passwd", "'/etc/passwd' is not executable")]
    [InlineData("./passwd", "'/etc/passwd' is not executable")]
    [InlineData("/no/such", "There is no file '/no/such'")]
    public void Command_IsRefusedReadably(string command, string text)
    {
        Assert.Null(Compile(new ProcessSettings { Command = command }, out var problems));
        var problem = Assert.Single(problems);
        Assert.Equal("ReverseProxy:Clusters:tool:Process:Command", problem.Path);
        Assert.Contains(text, problem.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Problems_AreReportedAllAtOnceAndWithoutValues()
    {
        Compile(
            new ProcessSettings
            {
                Command = "nope",
                Arguments = ["a", "b\0c"],
                Framing = "xml",
                Lifetime = "eternal",
                MaxProcesses = 0,
                LineLength = 0,
                StopGrace = TimeSpan.FromSeconds(-1),
                Environment = new Dictionary<string, string> { ["A"] = "hunter2\0", ["B=C"] = "hunter2" },
                PassEnvironment = [""],
                WorkingDirectory = "nowhere",
            },
            out var problems);
        Assert.Equal(
            [":Framing", ":Lifetime", ":MaxProcesses", ":LineLength", ":Stop:Grace", ":Command", ":Arguments:1", ":PassEnvironment:0", ":Environment:A", ":Environment:B=C", ":WorkingDirectory"],
            problems.Select(p => p.Path["ReverseProxy:Clusters:tool:Process".Length..]));
        Assert.DoesNotContain("hunter2", string.Join('\n', problems), StringComparison.Ordinal);
        Assert.Contains("ndjson, raw", problems[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void ClusterWithoutProcess_IsAProblem()
    {
        var problems = new List<ConfigProblem>();
        Assert.Null(ProcessPlan.Compile(new ClusterSettings { Id = "tool" }, "/etc", _ => null, problems));
        Assert.Single(problems);
    }

    [Fact]
    public void SetVariable_WinsOverOneThatIsPassed()
    {
        var plan = Compile(
            new ProcessSettings { Command = "sh", PassEnvironment = ["PATH", "UNSET"], Environment = new Dictionary<string, string> { ["PATH"] = "/x", ["A"] = "1" } },
            out _);
        Assert.Equal([new("A", "1"), new("PATH", "/x")], plan!.Environment);
    }

    [Theory]
    [InlineData("cgi", "json", "none", true, ":Framing: 'cgi' carries an HTTP body")]
    [InlineData("ndjson", "protobuf", "none", true, ":Codec: 'protobuf' is bytes")]
    [InlineData("len32", "protobuf", "none", false, ":Codec: 'protobuf' needs to know the messages")]
    [InlineData("raw", "json", "jsonrpc", false, ":Dialect: 'jsonrpc' is spoken over")]
    [InlineData("cgi", "json", "jsonrpc", false, ":Dialect: 'jsonrpc' is spoken over")]
    public void ChoicesThatMakeNoSenseTogether_AreProblems(string framing, string codec, string dialect, bool schema, string problem) =>
        AssertProblem(new ProcessSettings { Command = "/bin/sh", Framing = framing, Codec = codec, Dialect = dialect }, schema, problem);

    [Fact]
    public void KeysThatHaveNoUse_AreProblems()
    {
        var settings = new ProcessSettings { Command = "/bin/sh" };
        AssertProblem(settings with { Method = "m" }, false, ":Method: ");
        AssertProblem(settings with { Serialize = true }, false, ":Serialize: ");
        AssertProblem(settings with { Framing = "raw", Serialize = true }, true, ":Serialize: ");
        AssertProblem(settings with { ContentType = "text/csv" }, false, ":ContentType: ");
        AssertProblem(settings with { Framing = "raw", ContentType = "a\r\nb" }, false, ":ContentType: ");
        AssertProblem(settings with { ScriptName = "/hook" }, false, ":ScriptName: ");
        AssertProblem(settings with { MethodArgument = true }, false, ":MethodArgument: ");
        AssertProblem(settings with { Arguments = ["--{query.x}"] }, false, ":Arguments:0: ");
    }

    private static void AssertProblem(ProcessSettings settings, bool schema, string expected)
    {
        var problems = new List<ConfigProblem>();
        var cluster = new ClusterSettings { Id = "tool", Process = settings, Schema = schema ? new SchemaSettings() : null };
        Assert.Null(ProcessPlan.Compile(cluster, "/etc", static _ => null, problems));
        Assert.Contains(expected, Assert.Single(problems).ToString(), StringComparison.Ordinal);
    }

    private static ProcessPlan? Compile(ProcessSettings settings, out List<ConfigProblem> problems)
    {
        problems = [];
        return ProcessPlan.Compile(
            new ClusterSettings { Id = "tool", Process = settings }, "/etc", name => name == "PATH" ? "relative:/nowhere:/bin:/usr/bin" : null, problems);
    }
}
