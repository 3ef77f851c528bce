using System.Buffers;
using System.Text;
using Transcoders.Calls;
using Transcoders.Http;

namespace Transcoders.Tests.Http;

public sealed class JsonValueReaderTests
{
    [Theory]
    [InlineData("{\"a\":1}\n{\"a\":2}\n", "{\"a\":1}|{\"a\":2}")]
    [InlineData("{\"a\":1}\r\n\r\n  {\"a\":2}", "{\"a\":1}|{\"a\":2}")]
    [InlineData("{}{}[]", "{}|{}|[]")]
    [InlineData("{\"a\":[1,{\"b\":\"}\"}]}[]\"x\"", "{\"a\":[1,{\"b\":\"}\"}]}|[]|\"x\"")]
    [InlineData("\u001e{\"a\":1}\n\u001e2\n\u001e[3]\n", "{\"a\":1}|2|[3]")]
    [InlineData("1\n2\n3", "1|2|3")]
    [InlineData("1 -2.5e3", "1|-2.5e3")]
    [InlineData("true false null", "true|false|null")]
    [InlineData("\"a\\\"b\"\"\"", "\"a\\\"b\"|\"\"")]
    [InlineData("[\"ö😀\"]{\"ö\":\"\\ud83d\\ude00\"}", "[\"ö😀\"]|{\"ö\":\"\\ud83d\\ude00\"}")]
    [InlineData("", "")]
    [InlineData(" \n\t\r\u001e", "")]
    public void Values_AreCut_HoweverTheyArrive(string body, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var values = expected.Length == 0 ? [] : expected.Split('|');
        for (var split = 0; split <= bytes.Length; split++)
        {
            Assert.Equal(values, ReadAll(bytes, [split, bytes.Length], segment: 4096));
        }

        int[] each = [.. Enumerable.Range(1, bytes.Length), bytes.Length];
        Assert.Equal(values, ReadAll(bytes, each, segment: 4096));
        Assert.Equal(values, ReadAll(bytes, each, segment: 1));
        Assert.Equal(values, ReadAll(bytes, [bytes.Length], segment: 3));
    }

    [Theory]
    [InlineData("{\"a\":1")]
    [InlineData("[1,")]
    [InlineData("[")]
    [InlineData("\"abc")]
    [InlineData("tru")]
    [InlineData("-")]
    [InlineData("1.")]
    [InlineData("{\"a\"")]
    [InlineData("{\"a\":\"\\")]
    public void TruncatedBody_IsInvalid_WhereverItWasSplit(string body)
    {
        var bytes = Encoding.UTF8.GetBytes("{} " + body);
        for (var split = 0; split <= bytes.Length; split++)
        {
            var refused = Assert.Throws<CallException>(() => ReadAll(bytes, [split, bytes.Length], segment: 4096));

            Assert.Equal(StatusCode.InvalidArgument, refused.Status.Code);
            Assert.StartsWith("message 2: ", refused.Status.Message, StringComparison.Ordinal);
            Assert.Equal(StatusOrigin.Client, refused.Status.Origin);
        }
    }

    [Theory]
    [InlineData("}")]
    [InlineData("{]")]
    [InlineData("[1 2]")]
    [InlineData("{\"a\" 1}")]
    [InlineData("nul!")]
    [InlineData("01")]
    [InlineData("'a'")]
    [InlineData("// no")]
    [InlineData("{\"a\":1,}")]
    [InlineData("\u0001")]
    public void NotJson_IsInvalid(string body)
    {
        var refused = Assert.Throws<CallException>(() => ReadAll(Encoding.UTF8.GetBytes(body), [body.Length], segment: 4096));

        Assert.Equal(StatusCode.InvalidArgument, refused.Status.Code);
    }

    [Fact]
    public void NumberAtTheEndOfWhatArrived_Waits()
    {
        var reader = new JsonValueReader(100, 10);
        var buffer = new ReadOnlySequence<byte>("12"u8.ToArray());
        Assert.False(reader.TryRead(ref buffer, isFinal: false, out _));

        buffer = new ReadOnlySequence<byte>("123 "u8.ToArray());
        Assert.True(reader.TryRead(ref buffer, isFinal: false, out var value));

        Assert.Equal("123"u8.ToArray(), value.ToArray());
        Assert.Equal(1, reader.Count);
    }

    [Theory]
    [InlineData("\"0123456789\"", 12, true)]
    [InlineData("\"01234567890\"", 12, false)]
    [InlineData("{\"a\":\"01234567890123", 12, false)]
    [InlineData("[1,2,3,4,5,6,7,8,", 12, false)]
    public void ValueOverTheLimit_IsExhausted_BeforeItsEnd(string body, int limit, bool fits)
    {
        var reader = new JsonValueReader(limit, 10);
        var buffer = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body));
        if (fits)
        {
            Assert.True(reader.TryRead(ref buffer, isFinal: false, out _));
            return;
        }

        var refused = Assert.Throws<CallException>(() => reader.TryRead(ref buffer, isFinal: false, out _));

        Assert.Equal(StatusCode.ResourceExhausted, refused.Status.Code);
        Assert.Equal(413, refused.Status.HttpStatus);
    }

    [Fact]
    public void SpaceBetweenValues_CountsForNoLimit()
    {
        var body = new string(' ', 1000) + "{}" + new string('\n', 1000) + "[]" + new string(' ', 1000);

        Assert.Equal(["{}", "[]"], ReadAll(Encoding.UTF8.GetBytes(body), [500, 1001, 1500, 2500, body.Length], segment: 64, limit: 2));
    }

    [Fact]
    public void DepthOverTheLimit_IsRefused()
    {
        Assert.Single(ReadAll("[[[1]]]"u8.ToArray(), [7], segment: 2, depth: 3));
        Assert.Throws<CallException>(() => ReadAll("[[[[1]]]]"u8.ToArray(), [9], segment: 2, depth: 3));
    }

    /// <summary>Feeds the body as a pipe does: what was not consumed comes again, with more behind it.</summary>
    private static List<string> ReadAll(byte[] bytes, int[] arrivals, int segment, int limit = 1000, int depth = 100)
    {
        var reader = new JsonValueReader(limit, depth);
        var values = new List<string>();
        var start = 0;
        for (var i = 0; i < arrivals.Length; i++)
        {
            var isFinal = i == arrivals.Length - 1;
            var buffer = Segments.Of(bytes.AsSpan(start, arrivals[i] - start), segment);
            while (reader.TryRead(ref buffer, isFinal, out var value))
            {
                values.Add(Encoding.UTF8.GetString(value.ToArray()));
            }

            start = arrivals[i] - (int)buffer.Length;
        }

        Assert.Equal(bytes.Length, start);
        Assert.Equal(values.Count, reader.Count);
        return values;
    }
}
