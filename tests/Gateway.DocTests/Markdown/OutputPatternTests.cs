namespace Gateway.DocTests.Markdown;

public sealed class OutputPatternTests
{
    [Theory]
    [InlineData("one\ntwo", "one\ntwo\n", true)]
    [InlineData("one", "one\ntwo\n", false)]
    [InlineData("one\n…", "one\ntwo\nthree\n", true)]
    [InlineData("one\n…\nthree", "one\nthree\n", true)]
    [InlineData("id: ….1", "id: abc.1\n", true)]
    [InlineData("id: ….1", "id: abc.2\n", false)]
    [InlineData("", "", true)]
    [InlineData("", "noise\n", false)]
    [InlineData("a.b", "axb\n", false)]
    public void ShownAgainstPrinted(string shown, string printed, bool matches) =>
        Assert.Equal(matches, OutputPattern.Matches(shown.Length == 0 ? [] : shown.Split('\n'), printed));
}
