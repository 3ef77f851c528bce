using System.Text;
using Transcoders.Calls;
using Transcoders.WebSocket;

namespace Transcoders.Tests.WebSocket;

public sealed class PathTemplateTests
{
    [Theory]
    [InlineData("/talk", "", "/talk")]
    [InlineData("/rooms/{room}", """{"room":"a b/c"}""", "/rooms/a%20b%2Fc")]
    [InlineData("/rooms/{room.id}/{seat}?x=1", """{"seat":7,"room":{"id":"é"}}""", "/rooms/%C3%A9/7?x=1")]
    public void Fields_AreFilledIn(string template, string request, string expected) =>
        Assert.Equal(expected, PathTemplate.Parse(template, out _)!.Render(Encoding.UTF8.GetBytes(request)));

    [Theory]
    [InlineData("""{"room":".."}""")]
    [InlineData("""{"room":"."}""")]
    [InlineData("""{"room":""}""")]
    [InlineData("""{"room":{}}""")]
    [InlineData("{}")]
    [InlineData("no json")]
    public void FieldThatIsNoName_IsTheClientsMistake(string request)
    {
        var template = PathTemplate.Parse("/rooms/{room}", out _)!;

        var refusal = Assert.Throws<CallException>(() => template.Render(Encoding.UTF8.GetBytes(request))).Status;

        Assert.Equal(StatusCode.InvalidArgument, refusal.Code);
        Assert.Contains("'room'", refusal.Message);
    }

    [Theory]
    [InlineData("rooms")]
    [InlineData("/a/{")]
    [InlineData("/a/{}")]
    [InlineData("/a/{b c}")]
    public void WhatIsNoTemplate_SaysWhy(string template)
    {
        Assert.Null(PathTemplate.Parse(template, out var problem));
        Assert.NotNull(problem);
    }
}
