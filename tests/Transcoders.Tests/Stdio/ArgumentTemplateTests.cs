using Transcoders.Calls;
using Transcoders.Stdio;

namespace Transcoders.Tests.Stdio;

public sealed class ArgumentTemplateTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("{a: .b, c: {d}}", "{a: .b, c: {d}}")]
    [InlineData("{query.}", "{query.}")]
    [InlineData("{query.a b}", "{query.a b}")]
    [InlineData("{{method}}", "{method}")]
    [InlineData("x{{query.a}}y", "x{query.a}y")]
    [InlineData("{other.a}", "{other.a}")]
    [InlineData("{", "{")]
    public void WhatIsNoValue_StandsForItself(string text, string argument)
    {
        var template = ArgumentTemplate.Parse(text, out var problem);
        Assert.Null(problem);
        Assert.Equal(argument, template.Fixed);
        Assert.Equal(argument, template.Fill(Head()));
    }

    [Theory]
    [InlineData("{method}", "a.B/C")]
    [InlineData("--k={query.x}", "--k=1 +1&")]
    [InlineData("{query.x}-{header.X-Team}", "1 +1&-red")]
    [InlineData("-f{query.dash}", "-f-rm")]
    [InlineData("{query.empty}", "")]
    [InlineData("{query.bare}", "")]
    [InlineData("{query.twice}", "a")]
    [InlineData("{query.missing}", null)]
    [InlineData("--k={query.missing}", null)]
    [InlineData("{header.missing}", null)]
    public void Values_AreFilledIn(string text, string? argument)
    {
        var template = ArgumentTemplate.Parse(text, out var problem);
        Assert.Null(problem);
        Assert.Null(template.Fixed);
        Assert.Equal(argument, template.Fill(Head()));
    }

    [Theory]
    [InlineData("{query.dash}")]
    [InlineData("{query.empty}{query.dash}")]
    [InlineData("{header.dash}")]
    [InlineData("--k={query.nul}")]
    public void ValueThatCannotStandThere_IsRefused(string text)
    {
        var template = ArgumentTemplate.Parse(text, out _);
        Assert.Equal(StatusCode.InvalidArgument, Assert.Throws<CallException>(() => template.Fill(Head())).Status.Code);
    }

    [Theory]
    [InlineData("-{query.x}")]
    [InlineData("--{query.x}")]
    [InlineData("--no-{header.x}=1")]
    public void OptionNamedByAClient_IsAProblem(string text)
    {
        ArgumentTemplate.Parse(text, out var problem);
        Assert.NotNull(problem);
    }

    [Fact]
    public void Method_IsMissingWithoutASchema() =>
        Assert.Null(ArgumentTemplate.Parse("{method}", out _).Fill(new CallHead { Method = "", Shape = CallShape.Duplex, Metadata = new CallMetadata() }));

    [Theory]
    [InlineData("/a/b%20c?x=/../y", "/a/b c")]
    [InlineData("/a%2Fb%", "/a/b%")]
    [InlineData("/a+b/...", "/a+b/...")]
    [InlineData("/%C3%A9", "/é")]
    public void Path_IsDecoded(string target, string path) => Assert.Equal(path, UrlText.DecodePath(target));

    [Theory]
    [InlineData("/a/../b")]
    [InlineData("/a/%2e%2E/b")]
    [InlineData("/a%2f..%2fb")]
    [InlineData("/..")]
    [InlineData("/a/./b")]
    [InlineData("/a%00")]
    public void PathThatMightLeadElsewhere_IsRefused(string target) =>
        Assert.Equal(StatusCode.InvalidArgument, Assert.Throws<CallException>(() => UrlText.DecodePath(target)).Status.Code);

    private static CallHead Head()
    {
        var metadata = new CallMetadata();
        metadata.Add("x-team", "red");
        metadata.Add("dash", "-rm");
        return new CallHead
        {
            Method = "a.B/C",
            Shape = CallShape.Unary,
            Metadata = metadata,
            Target = "/p?x=1+%2B1%26&dash=-rm&empty=&bare&twice=a&twice=b&nul=a%00b",
        };
    }
}
