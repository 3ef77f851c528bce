using System.Text;
using Transcoders.Calls;
using Transcoders.Stdio;

namespace Transcoders.Tests.Stdio;

public sealed class CgiHeadFramingTests
{
    [Theory]
    [InlineData("Content-Type: text/plain\n\nbody", 200, "text/plain", "", "body")]
    [InlineData("content-type:  text/plain \r\nX-A: 1\r\n\r\n\nbody", 200, "text/plain", "X-A=1", "\nbody")]
    [InlineData("Status: 404 Not Found\n\n", 404, null, "", "")]
    [InlineData("status:418\r\nX-A: 1\nX-A: 2\n\r\n", 418, null, "X-A=1;X-A=2", "")]
    [InlineData("Location: /b\n\n", 302, null, "Location=/b", "")]
    [InlineData("Location: /b\nStatus: 201\n\n", 201, null, "Location=/b", "")]
    [InlineData("X-A: é\nX-B: b\rX-C: c\nX-D: \n\n", 200, null, "X-D=", "")]
    [InlineData("Connection: close, X-Hop\nX-Hop: 1\nKeep-Alive: 1\nTransfer-Encoding: chunked\nContent-Length: 9\nProxy-Authenticate: x\nX-A: 1\n\n", 200, null, "X-A=1", "")]
    public void Head_IsRead(string output, int status, string? contentType, string metadata, string rest)
    {
        foreach (var piece in new[] { 1, 3, 4096 })
        {
            using var frames = new FrameBuffer(new RawFraming(), 4096);
            var bytes = Encoding.UTF8.GetBytes(output);
            ReadOnlyMemory<byte> block = default;
            var at = 0;
            while (!frames.TryRead(new CgiHeadFraming(), out block))
            {
                var count = Math.Min(piece, bytes.Length - at);
                Assert.NotEqual(0, count);
                bytes.AsSpan(at, count).CopyTo(frames.GetMemory().Span);
                frames.Advance(count);
                at += count;
            }

            var head = CgiHeadFraming.Parse(block.Span);
            Assert.Equal(status, head.HttpStatus);
            Assert.Equal(contentType, head.ContentType);
            Assert.Equal(metadata, string.Join(';', head.Metadata!.AsSpan().ToArray().Select(static m => $"{m.Key}={m.Value}")));
            var body = frames.TryRead(out var begun) ? Encoding.UTF8.GetString(begun.Span) : "";
            Assert.Equal(rest, body + Encoding.UTF8.GetString(bytes.AsSpan(at)));
        }
    }

    [Theory]
    [InlineData("\nbody")]
    [InlineData("\r\nbody")]
    [InlineData("hello world\n\n")]
    [InlineData(": x\n\n")]
    [InlineData("HTTP/1.1 200 OK\nContent-Type: a/b\n\n")]
    [InlineData("Content-Type: a/b\n folded\n\n")]
    [InlineData("X A: 1\n\n")]
    [InlineData("Status: 100 Continue\n\n")]
    [InlineData("Status: 600\n\n")]
    [InlineData("Status: 2000\n\n")]
    [InlineData("Status: ok\n\n")]
    [InlineData("Status: 200\nStatus: 404\n\n")]
    [InlineData("Content-Type: a/b\nContent-Type: c/d\n\n")]
    public void AnythingElse_IsTheProgramsFault(string output)
    {
        var scanned = 0;
        var framing = new CgiHeadFraming();
        var bytes = Encoding.UTF8.GetBytes(output);
        Assert.True(framing.TryRead(bytes, ref scanned, ended: false, 4096, out var frame));
        var status = Assert.Throws<CallException>(() => CgiHeadFraming.Parse(bytes.AsSpan(frame.Offset, frame.Length))).Status;
        Assert.Equal(StatusCode.Internal, status.Code);
        Assert.Equal(502, status.HttpStatus);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Content-Type: a/b")]
    [InlineData("Content-Type: a/b\n")]
    [InlineData("Content-Type: a/b\r\n\r")]
    public void UnfinishedHead_IsNone(string output)
    {
        var scanned = 0;
        Assert.False(new CgiHeadFraming().TryRead(Encoding.UTF8.GetBytes(output), ref scanned, ended: true, 4096, out _));
    }

    [Fact]
    public void HeadAboveItsLimit_IsRefusedBeforeItsEnd()
    {
        var scanned = 0;
        var bytes = new byte[CgiHeadFraming.MaxSize + 1];
        Array.Fill(bytes, (byte)'x');
        var status = Assert.Throws<CallException>(() => new CgiHeadFraming().TryRead(bytes, ref scanned, ended: false, 4096, out _)).Status;
        Assert.Equal(StatusCode.ResourceExhausted, status.Code);
        Assert.Equal(502, status.HttpStatus);
    }
}
