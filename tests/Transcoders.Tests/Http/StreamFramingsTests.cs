using System.Text;
using Transcoders.Http;

namespace Transcoders.Tests.Http;

public sealed class StreamFramingsTests
{
    [Theory]
    [InlineData(StreamFraming.Ndjson, "application/x-ndjson", "", "{\"result\":1}\n", "{\"result\":1}\n{\"result\":2}\n")]
    [InlineData(StreamFraming.ResultLines, "application/json", "", "{\"result\":1}\n", "{\"result\":1}\n{\"result\":2}\n")]
    [InlineData(StreamFraming.StatusLines, "application/json", "", "1\n", "1\n2\n")]
    [InlineData(StreamFraming.NdjsonBare, "application/x-ndjson", "", "1\n", "1\n2\n")]
    [InlineData(StreamFraming.Array, "application/json", "[]", "[1]", "[1,2]")]
    [InlineData(StreamFraming.JsonSeq, "application/json-seq", "", "\u001e1\n", "\u001e1\n\u001e2\n")]
    [InlineData(StreamFraming.TextLines, "text/plain; charset=utf-8", "", "1\n", "1\n2\n")]
    [InlineData(StreamFraming.Raw, "application/octet-stream", "", "1", "12")]
    public void Stream_OfNoneOneAndTwo(StreamFraming framing, string contentType, string none, string one, string two)
    {
        Assert.Equal(contentType, StreamFramings.ContentType(framing));
        Assert.Equal(none, Write(framing));
        Assert.Equal(one, Write(framing, "1"));
        Assert.Equal(two, Write(framing, "1", "2"));
        Assert.Equal(framing is StreamFraming.Ndjson or StreamFraming.ResultLines or StreamFraming.StatusLines, StreamFramings.CarriesErrors(framing));
    }

    private static string Write(StreamFraming framing, params string[] messages)
    {
        var text = new StringBuilder();
        for (var i = 0; i < messages.Length; i++)
        {
            text.Append(Encoding.UTF8.GetString(StreamFramings.Before(framing, first: i == 0)));
            text.Append(messages[i]);
            text.Append(Encoding.UTF8.GetString(StreamFramings.After(framing)));
        }

        return text.Append(Encoding.UTF8.GetString(StreamFramings.Close(framing, empty: messages.Length == 0))).ToString();
    }
}
