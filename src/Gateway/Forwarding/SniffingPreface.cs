using System.Buffers;

namespace Gateway.Forwarding;

/// <summary>What the first bytes of a connection say.</summary>
internal enum SniffedProtocol
{
    /// <summary>So far a beginning of the HTTP/2 preface.</summary>
    Unknown,
    Http1,
    Http2,
}

/// <summary>Tells HTTP/2 with prior knowledge from HTTP/1.1 by the connection preface (RFC 9113 section 3.4).</summary>
internal static class SniffingPreface
{
    /// <summary>The preface's first line. It was chosen so that no HTTP/1.1 server takes it for a request it could serve.</summary>
    private static ReadOnlySpan<byte> FirstLine => "PRI * HTTP/2.0\r\n"u8;

    /// <summary>`POST` shares the `P` with `PRI`: one byte is not always enough.</summary>
    public static SniffedProtocol Judge(in ReadOnlySequence<byte> received)
    {
        var matched = 0;
        foreach (var segment in received)
        {
            var compared = Math.Min(segment.Length, FirstLine.Length - matched);
            if (!segment.Span[..compared].SequenceEqual(FirstLine.Slice(matched, compared)))
            {
                return SniffedProtocol.Http1;
            }

            matched += compared;
            if (matched == FirstLine.Length)
            {
                return SniffedProtocol.Http2;
            }
        }

        return SniffedProtocol.Unknown;
    }
}
