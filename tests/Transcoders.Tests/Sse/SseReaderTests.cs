using System.Buffers;
using System.Text;
using Transcoders.Calls;
using Transcoders.Sse;

namespace Transcoders.Tests.Sse;

public sealed class SseReaderTests
{
    /// <summary>Stream, and what a browser sees of it: `name|id|data` an event. `\xNN` is that byte.</summary>
    public static TheoryData<string, string[]> Vectors { get; } = new()
    {
        // The examples of WHATWG HTML §9.2.6.
        { "data: YHOO\ndata: +2\ndata: 10\n\n", ["message||YHOO\n+2\n10"] },
        { ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n", ["message|1|first event", "message||second event"] },
        { "data\n\ndata\ndata\n\ndata:", ["message||", "message||\n"] },
        { "data:test\n\ndata: test\n\n", ["message||test", "message||test"] },

        // Byte order mark: one is stripped, a second is text, half of one is text.
        { "\\xEF\\xBB\\xBFdata:1\n\n", ["message||1"] },
        { "\\xEF\\xBB\\xBF\\xEF\\xBB\\xBFdata:1\n\ndata:2\n\n", ["message||2"] },
        { "\\xEF\\xBBdata:1\n\ndata:2\n\n", ["message||2"] },
        { "data:1\n\n\\xEF\\xBB\\xBFdata:2\n\ndata:3\n\n", ["message||1", "message||3"] },

        // Line ends.
        { "data:a\rdata:b\r\rdata:c\r\n\r\ndata:d\n\n", ["message||a\nb", "message||c", "message||d"] },
        { "data:a\r\n\ndata:b\n\r\ndata:c\n\r", ["message||a", "message||b", "message||c"] },
        { "data:a\r\r", ["message||a"] },
        { "\n\n\r\r\n\ndata:a\n\n", ["message||a"] },
        { "data:a\u2028b\u0085c\u000bd\n\n", ["message||a\u2028b\u0085c\u000bd"] },

        // Fields.
        { "data:a\nfoo:b\ndata\ndata: c\n data:no\nDATA:no\ndata :no\n\n", ["message||a\n\nc"] },
        { "data: a:b: c\n\n", ["message||a:b: c"] },
        { "data:\tx\n\ndata:   y \n\n", ["message||\tx", "message||  y "] },
        { "data:\0\n\n", ["message||\0"] },
        { ":comment\n: data: no\n:\ndata:a\n:data:b\n\n", ["message||a"] },
        { "event:a\ndata:1\n\ndata:2\n\nevent:b\n\ndata:3\n\nevent: c d\nevent\ndata:4\n\n", ["a||1", "message||2", "message||3", "message||4"] },

        // Ids: they persist, also without data; an empty one resets; one with NUL is ignored.
        { "id:1\ndata:a\n\ndata:b\n\nid:2\n\ndata:c\n\nid\ndata:d\n\n", ["message|1|a", "message|1|b", "message|2|c", "message||d"] },
        { "id:1\ndata:a\n\nid:2\0\ndata:b\n\nid:\0\ndata:c\n\n", ["message|1|a", "message|1|b", "message|1|c"] },
        { "id:1\nid:2\ndata:a\n\nid: ä…\ndata:b\n\n", ["message|2|a", "message|ä…|b"] },
        { "id:1\ndata:a\n\nid:2\ndata:lost", ["message|1|a"] },

        // What is not ended with a blank line is not an event.
        { "data:a\n\ndata:b\n", ["message||a"] },
        { "data:a\n\ndata:b", ["message||a"] },
        { "data:a", [] },
        { "", [] },

        // Broken UTF-8 is replaced.
        { "data:\\xFFx\\xE2\\x82\ndata:\\xACy\n\n", ["message||\uFFFDx\uFFFD\n\uFFFDy"] },
        { "data:größe 😀\n\n", ["message||größe 😀"] },
        { "event:\\xFF\ndata:a\n\n", ["\uFFFD||a"] },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Whole_IsReadAsABrowserReadsIt(string stream, string[] expected) =>
        Assert.Equal(expected, Read(Bytes(stream), int.MaxValue));

    [Theory]
    [MemberData(nameof(Vectors))]
    public void ByteByByte_IsReadTheSame(string stream, string[] expected) =>
        Assert.Equal(expected, Read(Bytes(stream), 1));

    [Theory]
    [MemberData(nameof(Vectors))]
    public void InSegments_IsReadTheSame(string stream, string[] expected)
    {
        using var reader = new SseReader(1024);
        var sequence = Segments.Of(Bytes(stream), 3);
        var events = new List<string>();
        while (reader.TryRead(ref sequence, out var read))
        {
            events.Add(Show(read));
        }

        Assert.True(sequence.IsEmpty);
        Assert.Equal(expected, events);
    }

    [Theory]
    [InlineData("retry:3000\n", 3000)]
    [InlineData("retry: 0\n", 0)]
    [InlineData("retry:007\n", 7)]
    [InlineData("retry:1000\nretry:3000x\n", 1000)]
    [InlineData("retry:1000\nretry:\nretry\n", 1000)]
    [InlineData("retry:1000\nretry:-1\nretry:+1\nretry: 1 \nretry:1.5\nretry:\u0661\n", 1000)]
    [InlineData("retry:99999999999999999999999\n", int.MaxValue)]
    public void Retry_IsDigitsOnly(string stream, int milliseconds)
    {
        using var reader = new SseReader(1024);
        ReadOnlySpan<byte> bytes = Bytes(stream);

        Assert.False(reader.TryRead(ref bytes, out _));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), reader.Retry);
    }

    [Fact]
    public void CarriageReturn_DispatchesAtOnce()
    {
        using var reader = new SseReader(1024);
        ReadOnlySpan<byte> bytes = "data:a\r\r"u8;
        Assert.True(reader.TryRead(ref bytes, out var read));
        Assert.Equal("a", Encoding.UTF8.GetString(read.Data.Span));

        // The LF that belongs to the second CR is not a blank line of its own.
        bytes = "\ndata:b\n\n"u8;
        Assert.True(reader.TryRead(ref bytes, out read));
        Assert.Equal("b", Encoding.UTF8.GetString(read.Data.Span));
    }

    [Fact]
    public void OwnId_IsToldFromAnEarlierOne()
    {
        using var reader = new SseReader(1024);
        ReadOnlySpan<byte> bytes = "id:1\ndata:a\n\ndata:b\n\nid:1\ndata:c\n\n"u8;
        var own = new List<bool>();
        while (reader.TryRead(ref bytes, out var read))
        {
            Assert.Equal("1", read.Id);
            own.Add(read.HasOwnId);
        }

        Assert.Equal([true, false, true], own);
    }

    [Fact]
    public void NewConnection_KeepsTheIdAndDropsTheRest()
    {
        using var reader = new SseReader(1024);
        ReadOnlySpan<byte> bytes = "id:1\ndata:a\n\nid:2\nevent:x\ndata:half"u8;
        Assert.True(reader.TryRead(ref bytes, out _));
        Assert.False(reader.TryRead(ref bytes, out _));
        Assert.Equal("1", reader.LastEventId);

        reader.Reset();
        bytes = "\uFEFFdata:b\n\n"u8;
        Assert.True(reader.TryRead(ref bytes, out var read));
        Assert.Equal("message|1|b", Show(read));
    }

    [Theory]
    [InlineData("data:12345678\ndata:9\n\n")]
    [InlineData("data:123456789\n\n")]
    [InlineData("data:123456789")]
    [InlineData(":12345678901234567890")]
    [InlineData("foo:12345678901234567890\n")]
    public void OverALimit_IsRefused(string stream)
    {
        foreach (var size in (int[])[1, int.MaxValue])
        {
            var refused = Assert.Throws<CallException>(() => Read(Bytes(stream), size, eventSize: 8, lineLength: 13));
            Assert.Equal(StatusCode.ResourceExhausted, refused.Status.Code);
            Assert.Equal(502, refused.Status.HttpStatus);
        }
    }

    [Fact]
    public void AtTheLimit_IsRead() => Assert.Equal(["message||12345678"], Read("data:12345678\n\n"u8.ToArray(), 1, eventSize: 8, lineLength: 13));

    [Fact]
    public void LongId_IsRefused() =>
        Assert.Throws<CallException>(() => Read(Bytes("id:" + new string('x', SseReader.MaxNameLength + 1) + "\n"), int.MaxValue, eventSize: 100_000));

    [Fact]
    public void WrittenEvents_AreReadBack()
    {
        var output = new ArrayBufferWriter<byte>();
        SseWriter.WriteRetry(output, 1500);
        SseWriter.WriteComment(output, "ka"u8);
        SseWriter.WriteId(output, "k"u8, 7);
        SseWriter.WriteField(output, "event"u8, "it\r\nem");
        SseWriter.WriteData(output, "a\r\nb\rc\n"u8);

        using var reader = new SseReader(1024);
        var bytes = output.WrittenSpan;
        Assert.True(reader.TryRead(ref bytes, out var read));
        Assert.Equal("item|k.7|a\nb\nc\n", Show(read));
        Assert.Equal(TimeSpan.FromMilliseconds(1500), reader.Retry);
    }

    [Fact]
    public void SteadyStream_AllocatesNothing()
    {
        using var reader = new SseReader(1024);
        var stream = Bytes("event:item\nid:42\ndata:{\"id\":\"a\"}\n\n");
        Drain(reader, stream);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Drain(reader, stream);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void Drain(SseReader reader, ReadOnlySpan<byte> bytes)
    {
        while (reader.TryRead(ref bytes, out _))
        {
        }
    }

    private static List<string> Read(byte[] stream, int pieceSize, int eventSize = 1024, int lineLength = 0)
    {
        using var reader = new SseReader(eventSize, lineLength);
        var events = new List<string>();
        for (var i = 0; i < stream.Length;)
        {
            var piece = stream.AsSpan(i, Math.Min(pieceSize, stream.Length - i));
            i += piece.Length;
            ReadOnlySpan<byte> rest = piece;
            while (reader.TryRead(ref rest, out var read))
            {
                events.Add(Show(read));
            }
        }

        return events;
    }

    private static string Show(in SseEvent read) => $"{read.Name ?? "message"}|{read.Id}|{Encoding.UTF8.GetString(read.Data.Span)}";

    /// <summary>UTF-8, but `\xNN` is the byte NN.</summary>
    private static byte[] Bytes(string text)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < text.Length;)
        {
            if (text.AsSpan(i).StartsWith("\\x"))
            {
                bytes.Add(Convert.ToByte(text.Substring(i + 2, 2), 16));
                i += 4;
                continue;
            }

            var width = char.IsSurrogatePair(text, i) ? 2 : 1;
            bytes.AddRange(Encoding.UTF8.GetBytes(text.Substring(i, width)));
            i += width;
        }

        return [.. bytes];
    }
}
