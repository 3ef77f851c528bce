using System.Text;
using Transcoders.Calls;
using Transcoders.WebSocket;

namespace Transcoders.Tests.WebSocket;

public sealed class EnvelopeReaderTests
{
    [Fact]
    public void Start_HasEverything()
    {
        var frame = Read("""
            {"t":"start","id":7,"method":"a.B/C","headers":{"x-a":"1","X-a":"2"},"timeoutMs":5000,"data":{"q":[1, "}"]},"last":true,"new":{"x":[1]}}
            """);

        Assert.Equal(EnvelopeKind.Start, frame.Kind);
        Assert.Equal(7, frame.Id);
        Assert.Equal("a.B/C", frame.Method);
        Assert.Equal(5000, frame.TimeoutMs);
        Assert.Equal(2, frame.Headers!.Count);
        Assert.Equal("1", frame.Headers.Find("x-A"));
        Assert.True(frame.HasData);
        Assert.Equal("{\"q\":[1, \"}\"]}", Encoding.UTF8.GetString(frame.Data.Span));
        Assert.Equal(PayloadFormat.Json, frame.Format);
        Assert.True(frame.Last);
    }

    [Theory]
    [InlineData("start", EnvelopeKind.Start)]
    [InlineData("msg", EnvelopeKind.Message)]
    [InlineData("half", EnvelopeKind.Half)]
    [InlineData("cancel", EnvelopeKind.Cancel)]
    [InlineData("m\\u0073g", EnvelopeKind.Message)]
    public void EveryKind_IsKnown_AndTheRestIsOptional(string kind, EnvelopeKind expected)
    {
        var frame = Read($"{{\"t\":\"{kind}\"}}");

        Assert.Equal(expected, frame.Kind);
        Assert.Equal(0, frame.Id);
        Assert.Null(frame.Method);
        Assert.Null(frame.Headers);
        Assert.Null(frame.TimeoutMs);
        Assert.False(frame.HasData);
        Assert.False(frame.Last);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("12")]
    [InlineData("-0.5e1")]
    [InlineData("\"a \\\" b\"")]
    [InlineData("[ 1 , 2 ]")]
    [InlineData("{}")]
    [InlineData("true")]
    public void Data_IsTheTextOfAnyValue(string value)
    {
        foreach (var text in new[] { $"{{\"t\":\"msg\",\"data\":{value}}}", $"{{ \"data\" : {value} , \"t\" : \"msg\" }}" })
        {
            var frame = Read(text);

            Assert.True(frame.HasData);
            Assert.Equal(value, Encoding.UTF8.GetString(frame.Data.Span));
        }
    }

    [Fact]
    public void B64_IsProtobuf()
    {
        var frame = Read("{\"t\":\"msg\",\"id\":1,\"b64\":\"AQID\"}");

        Assert.Equal(PayloadFormat.Protobuf, frame.Format);
        Assert.Equal([1, 2, 3], frame.Data.ToArray());
        Assert.True(Read("{\"t\":\"msg\",\"b64\":\"\"}").HasData);
    }

    [Fact]
    public void Duplicates_TheLastCounts()
    {
        var frame = Read("{\"t\":\"start\",\"id\":1,\"b64\":\"AQID\",\"t\":\"msg\",\"id\":2,\"data\":5}");

        Assert.Equal(EnvelopeKind.Message, frame.Kind);
        Assert.Equal(2, frame.Id);
        Assert.Equal(PayloadFormat.Json, frame.Format);
        Assert.Equal("5"u8.ToArray(), frame.Data.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"msg\"")]
    [InlineData("{}")]
    [InlineData("{\"id\":1}")]
    [InlineData("{\"t\":\"credit\"}")]
    [InlineData("{\"t\":\"MSG\"}")]
    [InlineData("{\"t\":1}")]
    [InlineData("{\"t\":null}")]
    [InlineData("{\"t\":\"msg\",\"id\":-1}")]
    [InlineData("{\"t\":\"msg\",\"id\":1.5}")]
    [InlineData("{\"t\":\"msg\",\"id\":\"1\"}")]
    [InlineData("{\"t\":\"msg\",\"id\":9223372036854775808}")]
    [InlineData("{\"t\":\"start\",\"timeoutMs\":-1}")]
    [InlineData("{\"t\":\"start\",\"method\":7}")]
    [InlineData("{\"t\":\"start\",\"method\":null}")]
    [InlineData("{\"t\":\"start\",\"headers\":[]}")]
    [InlineData("{\"t\":\"start\",\"headers\":null}")]
    [InlineData("{\"t\":\"start\",\"headers\":{\"a\":1}}")]
    [InlineData("{\"t\":\"start\",\"headers\":{\"a\":[\"1\"]}}")]
    [InlineData("{\"t\":\"start\",\"headers\":{\"\":\"1\"}}")]
    [InlineData("{\"t\":\"start\",\"headers\":{\"a b\":\"1\"}}")]
    [InlineData("{\"t\":\"start\",\"headers\":{\":path\":\"1\"}}")]
    [InlineData("{\"t\":\"start\",\"headers\":{\"a\":\"1\\r\\nb: 2\"}}")]
    [InlineData("{\"t\":\"start\",\"headers\":{\"a\":\"ö\"}}")]
    [InlineData("{\"t\":\"start\",\"headers\":{\"a\\r\\nb\":\"1\"}}")]
    [InlineData("{\"t\":\"msg\",\"b64\":\"no!\"}")]
    [InlineData("{\"t\":\"msg\",\"b64\":5}")]
    [InlineData("{\"t\":\"msg\"")]
    [InlineData("{\"t\":\"msg\",\"data\":")]
    [InlineData("{\"t\":\"msg\"}{}")]
    [InlineData("{\"t\":\"msg\"} x")]
    [InlineData("{\"t\":\"msg\",}")]
    [InlineData("{\"t\":\"start\",\"method\":\"\\ud800\"}")]
    [InlineData("{\"t\":\"\\ud800\"}")]
    [InlineData("{\"t\":\"start\",\"headers\":{\"\\udc00\":\"1\"}}")]
    [InlineData("{\"t\":\"start\",\"headers\":{\"a\":\"\\ud800\"}}")]
    [InlineData("{\"t\":\"msg\",\"b64\":\"\\ud800\"}")]
    [InlineData("{\"\\ud800\":1,\"t\":\"msg\"}")]
    public void WhatIsNoFrame_IsInvalid(string text)
    {
        var refused = Assert.Throws<CallException>(() => Read(text));

        Assert.Equal(StatusCode.InvalidArgument, refused.Status.Code);
        Assert.Equal(StatusOrigin.Client, refused.Status.Origin);
        Assert.StartsWith("envelope: ", refused.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TextThatIsNotUtf8_IsInvalid()
    {
        byte[] frame = [.. "{\"t\":\"start\",\"method\":\""u8, 0xff, 0xfe, .. "\"}"u8];

        Assert.Equal(StatusCode.InvalidArgument, Assert.Throws<CallException>(() => EnvelopeReader.Read(frame, 10)).Status.Code);
    }

    [Fact]
    public void TimeoutBeyondAnyClock_FitsATimeSpan()
    {
        var frame = Read("{\"t\":\"start\",\"timeoutMs\":9223372036854775807}");

        Assert.True(TimeSpan.FromMilliseconds(frame.TimeoutMs!.Value) > TimeSpan.FromDays(365_000));
    }

    [Theory]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void Headers_AreBounded(int count, bool fits)
    {
        var text = "{\"t\":\"start\",\"headers\":{" + string.Join(',', Enumerable.Range(0, count).Select(i => $"\"h{i}\":\"\"")) + "}}";
        if (fits)
        {
            Assert.Equal(count, Read(text).Headers!.Count);
            return;
        }

        Assert.Contains("100", Assert.Throws<CallException>(() => Read(text)).Status.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public void Depth_CountsThePayloadAlone(int depth, bool fits)
    {
        foreach (var field in new[] { "data", "unknown" })
        {
            var text = $"{{\"t\":\"msg\",\"{field}\":{new string('[', depth)}{new string(']', depth)}}}";
            if (fits)
            {
                Assert.Equal(EnvelopeKind.Message, Read(text, maxDepth: 3).Kind);
            }
            else
            {
                Assert.Throws<CallException>(() => Read(text, maxDepth: 3));
            }
        }
    }

    private static EnvelopeFrame Read(string text, int maxDepth = 20) => EnvelopeReader.Read(Encoding.UTF8.GetBytes(text), maxDepth);
}
