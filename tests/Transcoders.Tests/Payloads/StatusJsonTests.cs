using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Transcoders.Calls;
using Transcoders.Payloads;
using Transcoders.Schema;

namespace Transcoders.Tests.Payloads;

public sealed class StatusJsonTests
{
    private static readonly StatusJsonWriter Writer = new(SchemaCatalog.BuiltIn);
    private static readonly StatusJsonReader Reader = new(SchemaCatalog.BuiltIn);

    [Fact]
    public void PlainStatus()
    {
        Assert.Equal("""{"code":5,"message":"no such \"item\"\n","details":[]}""", Print(new CallStatus(StatusCode.NotFound, "no such \"item\"\n")));
        Assert.Equal("""{"code":0,"message":"","details":[]}""", Print(CallStatus.Ok));
    }

    [Fact]
    public void Details_AreShownByTheCatalogue()
    {
        var status = WithDetails(
            Any.Pack(new ErrorInfo { Reason = "GONE", Domain = "example.com", Metadata = { ["a"] = "b" } }),
            new Any { TypeUrl = "example.com/unknown.Type", Value = ByteString.CopyFrom(1, 2) },
            Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromSeconds(1.5)) }),
            new Any { TypeUrl = "type.googleapis.com/google.rpc.ErrorInfo", Value = ByteString.CopyFrom(0xFF) });

        var json = Print(status);

        Assert.Equal("""{"code":9,"message":"m","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"GONE","domain":"example.com","metadata":{"a":"b"}},{"@type":"example.com/unknown.Type","value":"AQI="},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1.500s"},{"@type":"type.googleapis.com/google.rpc.ErrorInfo","value":"/w=="}]}""", json);

        var back = Reader.Read(Encoding.UTF8.GetBytes(json));
        Assert.NotNull(back);
        Assert.Equal(StatusCode.FailedPrecondition, back.Code);
        Assert.Equal("m", back.Message);
        var details = Google.Rpc.Status.Parser.ParseFrom(back.Details.Span);
        Assert.Equal("GONE", details.Details[0].Unpack<ErrorInfo>().Reason);
        Assert.Equal([1, 2], details.Details[1].Value.ToByteArray());
        Assert.Equal(500_000_000, details.Details[2].Unpack<RetryInfo>().RetryDelay.Nanos);
    }

    [Fact]
    public void DetailsThatAreNoStatus_AreLeftOut()
    {
        var status = new CallStatus(StatusCode.Internal, "m") { Details = new byte[] { 0x1A, 0xFF, 0x01 } };

        Assert.Equal("""{"code":13,"message":"m","details":[]}""", Print(status));
    }

    [Fact]
    public void LoneSurrogatesInAMessage_DoNotBreakTheJson()
    {
        Assert.Equal("{\"code\":2,\"message\":\"a\uFFFDb\",\"details\":[]}", Print(new CallStatus(StatusCode.Unknown, "a\ud83db")));
    }

    [Fact]
    public void OverTheLimit_AShortMessageStandsIn()
    {
        using var output = new PayloadBuffer(100);
        output.Write("data: "u8);

        Writer.Write(new CallStatus(StatusCode.NotFound, new string('x', 500_000)), output);

        Assert.Equal("""data: {"code":5,"message":"The status is larger than the limit.","details":[]}""", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Theory]
    [InlineData("""{"code":5,"message":"a\u0062"}""", StatusCode.NotFound, "ab")]
    [InlineData("""{"message":"m","code":14,"details":[],"extra":{"x":[1]}}""", StatusCode.Unavailable, "m")]
    [InlineData("""{"code":1}""", StatusCode.Cancelled, "")]
    [InlineData("""{"code":3,"details":[1,{"a":2},{"@type":"x/y.Z","other":1}]}""", StatusCode.InvalidArgument, "")]
    public void StatusIsRead(string json, StatusCode code, string message)
    {
        var status = Reader.Read(Encoding.UTF8.GetBytes(json));

        Assert.NotNull(status);
        Assert.Equal((code, message), (status.Code, status.Message));
        Assert.True(status.Details.IsEmpty);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"code":"not_found"}""")]
    [InlineData("""{"code":17}""")]
    [InlineData("""{"code":-1}""")]
    [InlineData("""{"code":404.5}""")]
    [InlineData("""{"code":5""")]
    [InlineData("""{"code":5} x""")]
    public void WhatIsNoStatus_IsNull(string json)
    {
        Assert.Null(Reader.Read(Encoding.UTF8.GetBytes(json)));
    }

    private static CallStatus WithDetails(params Any[] details)
    {
        var status = new Google.Rpc.Status { Code = 9, Message = "m" };
        status.Details.AddRange(details);
        return new CallStatus(StatusCode.FailedPrecondition, "m") { Details = status.ToByteArray() };
    }

    private static string Print(CallStatus status)
    {
        using var output = new PayloadBuffer(1024 * 1024);
        Writer.Write(status, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
