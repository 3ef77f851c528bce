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
    public void StatusIsRead(string json, StatusCode code, string message)
    {
        var status = Reader.Read(Encoding.UTF8.GetBytes(json));

        Assert.NotNull(status);
        Assert.Equal((code, message), (status.Code, status.Message));
        Assert.True(status.Details.IsEmpty);
    }

    [Fact]
    public void DetailsOfUnknownTypes_AreKeptAsTheJsonTheyAre()
    {
        var status = Reader.Read("""{"code":3,"message":"m","details":[1,{"a":2},{"@type":"x/y.Z","other":[true,null]}]}"""u8);

        Assert.Equal(
            """{"code":3,"message":"m","details":[{"@type":"type.googleapis.com/google.protobuf.Value","value":1},{"@type":"type.googleapis.com/google.protobuf.Struct","value":{"a":2}},{"@type":"type.googleapis.com/google.protobuf.Struct","value":{"@type":"x/y.Z","other":[true,null]}}]}""",
            Print(status!));
    }

    public static TheoryData<string, string> EveryDetail => new()
    {
        { "ErrorInfo", """ "reason":"R","domain":"d","metadata":{"k":"v"} """ },
        { "RetryInfo", """ "retryDelay":"1.500s" """ },
        { "DebugInfo", """ "stackEntries":["a"],"detail":"d" """ },
        { "QuotaFailure", """ "violations":[{"subject":"s","description":"d"}] """ },
        { "PreconditionFailure", """ "violations":[{"type":"t","subject":"s","description":"d"}] """ },
        { "BadRequest", """ "fieldViolations":[{"field":"a.b[1]","description":"d","reason":"R","localizedMessage":{"locale":"en","message":"m"}}] """ },
        { "RequestInfo", """ "requestId":"1","servingData":"x" """ },
        { "ResourceInfo", """ "resourceType":"t","resourceName":"n","owner":"o","description":"d" """ },
        { "Help", """ "links":[{"description":"d","url":"https://example.com"}] """ },
        { "LocalizedMessage", """ "locale":"de","message":"m" """ },
    };

    /// <summary>Every message of error_details.proto, whatever the backend's schema imports.</summary>
    [Theory]
    [MemberData(nameof(EveryDetail))]
    public void StandardDetails_AreKnownToEveryCatalogue(string type, string members)
    {
        var file = new Google.Protobuf.Reflection.FileDescriptorProto { Name = "lonely.proto", Package = "lonely", Syntax = "proto3" };
        var catalog = SchemaCatalog.FromDescriptorSets([new Google.Protobuf.Reflection.FileDescriptorSet { File = { file } }.ToByteArray()]);
        var json = $$"""{"code":9,"message":"m","details":[{"@type":"type.googleapis.com/google.rpc.{{type}}",{{members.Trim()}}}]}""";

        var status = new StatusJsonReader(catalog).Read(Encoding.UTF8.GetBytes(json));

        using var output = new PayloadBuffer(1024 * 1024);
        new StatusJsonWriter(catalog).Write(status!, output);
        Assert.Equal(json, Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.Equal("type.googleapis.com/google.rpc." + type, Google.Rpc.Status.Parser.ParseFrom(status!.Details.Span).Details[0].TypeUrl);
    }

    [Fact]
    public void OtherShapes()
    {
        var status = new CallStatus(StatusCode.NotFound, "no \"item\"");
        Assert.Equal("""{"code":404,"message":"no \"item\"","status":"NOT_FOUND","details":[]}""", Print(status, new(StatusFormat.Aip193, 404, "")));
        Assert.Equal(
            """{"type":"about:blank","title":"Not Found","status":404,"detail":"no \"item\"","grpcStatus":"NOT_FOUND","details":[]}""",
            Print(status, new(StatusFormat.Problem, 404, "Not Found")));
    }

    [Fact]
    public void GrpcGatewayV1_HasTheMessageTwice_AndDetailsOnlyWhereThereAreSome()
    {
        var status = new CallStatus(StatusCode.NotFound, "no \"item\"");
        Assert.Equal("""{"error":"no \"item\"","message":"no \"item\"","code":5}""", Print(status, new(StatusFormat.GrpcGatewayV1, 404, "")));
        Assert.Equal(
            """{"grpc_code":5,"http_code":404,"message":"no \"item\"","http_status":"Not Found"}""",
            Print(status, new(StatusFormat.GrpcGatewayV1Line, 404, "Not Found")));
        var detailed = WithDetails(Any.Pack(new ErrorInfo { Reason = "R" }));
        Assert.EndsWith(""","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"R"}]}""", Print(detailed, new(StatusFormat.GrpcGatewayV1, 404, "")), StringComparison.Ordinal);
    }

    [Fact]
    public void Delay_IsARetryInfo_OnceAndOnlyWhenItMayBeRetried()
    {
        const string Info = """{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1.500s"}""";
        var delay = TimeSpan.FromSeconds(1.5);
        Assert.Equal($$"""{"code":14,"message":"m","details":[{{Info}}]}""", Print(new CallStatus(StatusCode.Unavailable, "m") { RetryAfter = delay }));
        var detailed = WithDetails(Any.Pack(new ErrorInfo { Reason = "R" }));
        var both = new CallStatus(StatusCode.FailedPrecondition, "m") { RetryAfter = delay, Details = detailed.Details };
        Assert.EndsWith($$"""ErrorInfo","reason":"R"},{{Info}}]}""", Print(both), StringComparison.Ordinal);
        Assert.Equal(StatusDetails.WithRetryInfo(both).ToArray(), StatusDetails.WithRetryInfo(new CallStatus(both.Code, both.Message) { RetryAfter = TimeSpan.FromSeconds(9), Details = StatusDetails.WithRetryInfo(both) }).ToArray());
        Assert.Equal("""{"code":14,"message":"m","details":[]}""", Print(new CallStatus(StatusCode.Unavailable, "m") { RetryAfter = TimeSpan.FromMilliseconds(-1) }));
        Assert.Equal(delay, StatusDetails.RetryDelay(new CallStatus(both.Code, "m") { Details = StatusDetails.WithRetryInfo(both) }));
        Assert.Null(StatusDetails.RetryDelay(detailed));
    }

    [Theory]
    [InlineData("1a")]
    [InlineData("1aff")]
    [InlineData("0affffffffffffffffffff")]
    [InlineData("1a020a00")]
    [InlineData("1a320a28747970652e676f6f676c65617069732e636f6d2f676f6f676c652e7270632e5265747279496e666f12020a")]
    public void DelayOfWhatIsNoStatus_IsNone(string hex)
    {
        Assert.Null(StatusDetails.RetryDelay(new CallStatus(StatusCode.Unavailable, "m") { Details = Convert.FromHexString(hex) }));
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

    private static string Print(CallStatus status, StatusForm form = default)
    {
        using var output = new PayloadBuffer(1024 * 1024);
        Writer.Write(status, form, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
