using System.Text;
using Transcoders.Calls;
using Transcoders.Payloads;

namespace Transcoders.Tests.Payloads;

public sealed class TextPlanTests
{
    [Theory]
    [InlineData(PayloadFormat.Json)]
    [InlineData(PayloadFormat.Protobuf)]
    [InlineData(PayloadFormat.Text)]
    [InlineData(PayloadFormat.Binary)]
    public void Identity_CopiesAsItIs(PayloadFormat format)
    {
        var plan = IdentityPlan.Of(format);

        Assert.Equal((format, format, true), (plan.From, plan.To, plan.IsIdentity));
        Assert.Equal([1, 2, 3], Plans.Run(plan, [1, 2, 3]));
    }

    [Theory]
    [InlineData("hello", "\"hello\"")]
    [InlineData("", "\"\"")]
    [InlineData(" ", "\" \"")]
    [InlineData("{\"a\": 1}", "{\"a\": 1}")]
    [InlineData("[1,2", "\"[1,2\"")]
    [InlineData("[INFO] done [x]", "\"[INFO] done [x]\"")]
    [InlineData("42", "42")]
    [InlineData("042", "\"042\"")]
    [InlineData("-1.5e3", "-1.5e3")]
    [InlineData("true", "true")]
    [InlineData("nullable", "\"nullable\"")]
    [InlineData("\"x\"", "\"x\"")]
    [InlineData("\"x\" \"y\"", "\"\\\"x\\\" \\\"y\\\"\"")]
    [InlineData("say \"hi\"\t\u0001", "\"say \\\"hi\\\"\\t\\u0001\"")]
    public void Text_BecomesJson(string text, string expected)
    {
        Assert.Equal(expected, Encoding.UTF8.GetString(Plans.Run(new TextToJsonPlan(), Encoding.UTF8.GetBytes(text))));
    }

    [Fact]
    public void TextThatIsNotUtf8_IsShownWithReplacements()
    {
        Assert.Equal("\"a\uFFFDb\"", Encoding.UTF8.GetString(Plans.Run(new TextToJsonPlan(), [(byte)'a', 0xFF, (byte)'b'])));
    }

    [Theory]
    [InlineData("{\"a\":1}", "{\"a\":1}")]
    [InlineData("{\r\n  \"a\": [1,\n 2],\n\t\"b\": \"x  y\\n\"\n}\n", "{\"a\": [1,2],\"b\": \"x  y\\n\"}")]
    [InlineData("\n\n1\n", "1")]
    public void Json_BecomesOneLine(string json, string expected)
    {
        Assert.Equal(expected, Encoding.UTF8.GetString(Plans.Run(new JsonToTextPlan(), Encoding.UTF8.GetBytes(json))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"a\":1}{\"b\":2}")]
    [InlineData("\"a\nb\"")]
    [InlineData("[01]")]
    public void WhatIsNotJson_IsNoLine(string json)
    {
        var e = Assert.Throws<CallException>(() => Plans.Run(new JsonToTextPlan(), Encoding.UTF8.GetBytes(json)));

        Assert.Equal(StatusCode.InvalidArgument, e.Status.Code);
    }
}
