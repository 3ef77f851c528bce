using Transcoders.Http;

namespace Transcoders.Tests.Http;

public sealed class AcceptHeaderTests
{
    [Theory]
    [InlineData(null, 1000)]
    [InlineData("", 1000)]
    [InlineData("  ", 1000)]
    [InlineData("application/json", 1000)]
    [InlineData("Application/JSON", 1000)]
    [InlineData("application/json;q=0.5", 500)]
    [InlineData("application/json ; Q=0.5", 500)]
    [InlineData("application/json;charset=utf-8;q=0.25", 250)]
    [InlineData("application/json;q=0", 0)]
    [InlineData("application/json;q=1.000", 1000)]
    [InlineData("text/html, application/json;q=0.9, */*;q=0.1", 900)]
    [InlineData("*/*;q=0.1, application/*;q=0.2, application/json;q=0.3", 300)]
    [InlineData("application/json;q=0.3, application/*;q=0.2, */*;q=0.1", 300)]
    [InlineData("application/*;q=0.2, */*;q=0.9", 200)]
    [InlineData("*/*;q=0.9, application/json;q=0", 0)]
    [InlineData("*/*", 1000)]
    [InlineData("text/html", -1)]
    [InlineData("application/jsonx", -1)]
    [InlineData("app/*", -1)]
    public void Quality_IsThatOfTheMostSpecificRange(string? accept, int quality) =>
        Assert.Equal(quality, AcceptHeader.Quality(accept, "application/json"));

    [Theory]
    [InlineData("application/json;q=2")]
    [InlineData("application/json;q=-1")]
    [InlineData("application/json;q=")]
    [InlineData("application/json;q=NaN")]
    [InlineData("application/json;q=1e0")]
    [InlineData("application/json;q=99999999999999999999999999999999999999")]
    public void WeightThatIsNone_IsZero(string accept) => Assert.Equal(0, AcceptHeader.Quality(accept, "application/json"));

    [Theory]
    [InlineData(",")]
    [InlineData(";")]
    [InlineData(";q=1")]
    [InlineData("/*")]
    [InlineData("/")]
    [InlineData("*")]
    [InlineData(",,,;;;q=")]
    [InlineData("\0\uffff")]
    public void Junk_NamesNothing(string accept)
    {
        Assert.Equal(-1, AcceptHeader.Quality(accept, "application/json"));
        Assert.False(AcceptHeader.Names(accept, "application/json"));
    }

    [Fact]
    public void RangesBeyondTheBound_AreNotLookedAt()
    {
        var many = string.Concat(Enumerable.Repeat("text/a,", 32)) + "application/json";
        var enough = string.Concat(Enumerable.Repeat("text/a,", 31)) + "application/json";

        Assert.Equal(-1, AcceptHeader.Quality(many, "application/json"));
        Assert.False(AcceptHeader.Names(many, "application/json"));
        Assert.Equal(1000, AcceptHeader.Quality(enough, "application/json"));
        Assert.True(AcceptHeader.Names(enough, "application/json"));
    }

    [Theory]
    [InlineData("text/event-stream", true)]
    [InlineData("Text/Event-Stream;q=0.1", true)]
    [InlineData("text/html, text/event-stream", true)]
    [InlineData("text/event-stream;q=0", false)]
    [InlineData("text/event-streams", false)]
    [InlineData("text/*", false)]
    [InlineData("*/*", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Names_CountsNoWildcards(string? accept, bool named) => Assert.Equal(named, AcceptHeader.Names(accept, "text/event-stream"));
}
