using Transcoders.WebSocket;

namespace Transcoders.Tests.WebSocket;

public sealed class SubprotocolsTests
{
    [Theory]
    [InlineData("", null, false, null)]
    [InlineData("chat", null, false, null)]
    [InlineData("gateway.v1.json", "gateway.v1.json", true, null)]
    [InlineData("chat,gateway.v1.json", "gateway.v1.json", true, null)]
    [InlineData("Gateway.V1.Json", null, false, null)]
    [InlineData("Bearer,abc", "Bearer", false, "abc")]
    [InlineData("gateway.v1.json,Bearer,abc", "gateway.v1.json", true, "abc")]
    [InlineData("Bearer,abc,gateway.v1.json", "gateway.v1.json", true, "abc")]
    [InlineData("Bearer", null, false, null)]
    [InlineData("chat,Bearer", null, false, null)]
    [InlineData("Bearer,gateway.v1.json", "Bearer", false, "gateway.v1.json")]
    public void Offer_IsRead(string offered, string? answer, bool isEnvelope, string? token)
    {
        var offer = Subprotocols.Read(offered.Split(',', StringSplitOptions.RemoveEmptyEntries), Serves);

        Assert.Equal(answer, offer.Answer);
        Assert.Equal(isEnvelope, offer.IsEnvelope);
        Assert.Equal(token, offer.Token);
    }

    /// <summary>RFC 6455 §4.1: a client fails the connection when the answer is none of what it offered, letter by letter.</summary>
    [Fact]
    public void Answer_IsSpelledAsItWasOffered() => Assert.Equal("bearer", Subprotocols.Read(["bearer", "abc"], Serves).Answer);

    [Fact]
    public void Token_IsNeverTheAnswer() => Assert.NotEqual("abc", Subprotocols.Read(["Bearer", "abc", "Bearer", "def"], Serves).Answer);

    [Fact]
    public void OffersBeyondTheBound_AreNotRead()
    {
        List<string> offered = [.. Enumerable.Repeat("chat", 16), Subprotocols.Envelope];

        Assert.Null(Subprotocols.Read(offered, Serves).Answer);
        Assert.Equal(Subprotocols.Envelope, Subprotocols.Read(offered[1..], Serves).Answer);
    }

    [Fact]
    public void FirstThatIsServed_IsChosen() =>
        Assert.Equal(Subprotocols.ExecV5, Subprotocols.Read(["chat", Subprotocols.ExecV5, Subprotocols.ExecV4], static name => name.EndsWith(".channel.k8s.io", StringComparison.Ordinal)).Chosen);

    private static bool Serves(string name) => name == Subprotocols.Envelope;
}
