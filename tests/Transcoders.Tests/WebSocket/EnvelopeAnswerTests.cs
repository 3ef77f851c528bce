using System.Text;
using Transcoders.Calls;
using Transcoders.WebSocket;

namespace Transcoders.Tests.WebSocket;

/// <summary>The client's side of the envelope: what a server's edge writes is read, and what is written is what its edge reads.</summary>
public sealed class EnvelopeAnswerTests : IDisposable
{
    private readonly PayloadBuffer _output = new(100_000);

    public void Dispose() => _output.Dispose();

    [Fact]
    public void HeadersMessageAndEnd_ComeBack()
    {
        var metadata = new CallMetadata();
        metadata.Add("x-a", "1");
        EnvelopeWriter.WriteHeaders(_output, 1, metadata);
        var headers = ReadAnswer();
        EnvelopeWriter.WriteMessage(_output, 1, 7, new Message("""{"a":1}"""u8.ToArray(), PayloadFormat.Json));
        var message = ReadAnswer();
        EnvelopeWriter.WriteEnd(_output, 1, """{"code":5,"message":"no"}"""u8, metadata);
        var end = ReadAnswer();

        Assert.Equal(EnvelopeKind.Headers, headers.Kind);
        Assert.Equal("1", headers.Headers!.Find("x-a"));
        Assert.Equal(EnvelopeKind.Message, message.Kind);
        Assert.Equal("""{"a":1}""", Encoding.UTF8.GetString(message.Data.Span));
        Assert.Equal(EnvelopeKind.End, end.Kind);
        Assert.Equal("""{"code":5,"message":"no"}""", Encoding.UTF8.GetString(end.Status.Span));
        Assert.Equal("1", end.Trailers!.Find("x-a"));
    }

    [Fact]
    public void StartMessageHalfAndCancel_AreReadByTheEdge()
    {
        EnvelopeWriter.WriteStart(_output, 1, "a.B/C", 1500);
        var start = Read();
        EnvelopeWriter.WriteStart(_output, 1, "", null);
        var bare = Read();
        EnvelopeWriter.WriteRequest(_output, 1, new Message(new byte[] { 1, 2, 255 }, PayloadFormat.Protobuf));
        var message = Read();
        EnvelopeWriter.WriteHalf(_output, 1);
        var half = Read();
        EnvelopeWriter.WriteCancel(_output, 1);
        var cancel = Read();

        Assert.Equal((EnvelopeKind.Start, "a.B/C", 1500L), (start.Kind, start.Method, start.TimeoutMs));
        Assert.Equal((EnvelopeKind.Start, null, null), (bare.Kind, bare.Method, bare.TimeoutMs));
        Assert.Equal(new byte[] { 1, 2, 255 }, message.Data.ToArray());
        Assert.Equal((EnvelopeKind.Half, EnvelopeKind.Cancel), (half.Kind, cancel.Kind));
    }

    [Fact]
    public void MetadataThatNoWireCarries_IsLeftOut()
    {
        var frame = EnvelopeReader.ReadAnswer(Encoding.UTF8.GetBytes("""{"t":"headers","headers":{"a b":"1","x-é":"1","grpc-status":"0","x-nl":"a\nb","x-ok":"1"}}"""), 10);

        Assert.Equal(1, frame.Headers!.Count);
        Assert.Equal("1", frame.Headers.Find("x-ok"));
    }

    [Theory]
    [InlineData("""{"t":"start"}""")]
    [InlineData("""{"t":"half"}""")]
    [InlineData("""{"t":"new"}""")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"t":"end","trailers":[]}""")]
    [InlineData("""{"t":"msg","data":""")]
    public void WhatIsNoAnswer_IsTheServersFault(string frame)
    {
        var status = Assert.Throws<CallException>(() => EnvelopeReader.ReadAnswer(Encoding.UTF8.GetBytes(frame), 10)).Status;

        Assert.Equal((StatusCode.Internal, 502, StatusOrigin.Backend), (status.Code, status.HttpStatus, status.Origin));
    }

    [Theory]
    [InlineData("""{"t":"headers"}""")]
    [InlineData("""{"t":"end"}""")]
    public void FramesOfAServer_AreNotForClientsToSend(string frame) =>
        Assert.Equal(StatusCode.InvalidArgument, Assert.Throws<CallException>(() => EnvelopeReader.Read(Encoding.UTF8.GetBytes(frame), 10)).Status.Code);

    private EnvelopeFrame ReadAnswer() => EnvelopeReader.ReadAnswer(Taken(), 10);

    private EnvelopeFrame Read() => EnvelopeReader.Read(Taken(), 10);

    private byte[] Taken()
    {
        var bytes = _output.WrittenSpan.ToArray();
        _output.Clear();
        return bytes;
    }
}
