using System.Buffers;
using System.Text;
using Gateway.Forwarding;

namespace Gateway.Tests.Forwarding;

public sealed class SniffingPrefaceTests
{
    [Theory]
    [InlineData("", SniffedProtocol.Unknown)]
    [InlineData("P", SniffedProtocol.Unknown)]
    [InlineData("PRI * HTTP/2.0\r", SniffedProtocol.Unknown)]
    [InlineData("PRI * HTTP/2.0\r\n", SniffedProtocol.Http2)]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", SniffedProtocol.Http2)]
    [InlineData("PO", SniffedProtocol.Http1)]
    [InlineData("PRI * HTTP/1.1\r\n", SniffedProtocol.Http1)]
    [InlineData("GET / HTTP/1.1\r\n", SniffedProtocol.Http1)]
    [InlineData("\u0016\u0003\u0001", SniffedProtocol.Http1)]
    public void FirstBytes_TellTheProtocol_HoweverTheyAreCut(string received, object protocol)
    {
        var bytes = Encoding.ASCII.GetBytes(received);

        Assert.Equal(protocol, SniffingPreface.Judge(new ReadOnlySequence<byte>(bytes)));
        for (var cut = 1; cut < bytes.Length; cut++)
        {
            Assert.Equal(protocol, SniffingPreface.Judge(Cut(bytes, cut)));
        }
    }

    private static ReadOnlySequence<byte> Cut(byte[] bytes, int at)
    {
        var first = new Segment(bytes.AsMemory(0, at), null);
        var second = new Segment(bytes.AsMemory(at), first);
        return new ReadOnlySequence<byte>(first, 0, second, second.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? before)
        {
            Memory = memory;
            if (before is not null)
            {
                RunningIndex = before.Memory.Length;
                before.Next = this;
            }
        }
    }
}
