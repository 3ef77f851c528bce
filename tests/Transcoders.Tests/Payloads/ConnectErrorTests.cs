using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Transcoders.Calls;
using Transcoders.Payloads;
using Transcoders.Schema;

namespace Transcoders.Tests.Payloads;

public sealed class ConnectErrorTests
{
    private static readonly ConnectErrorWriter Writer = new(SchemaCatalog.BuiltIn);

    [Fact]
    public void PlainError_HasNoMoreThanItNeeds()
    {
        Assert.Equal("""{"code":"not_found","message":"no such \"item\"\n"}""", Print(new CallStatus(StatusCode.NotFound, "no such \"item\"\n")));
        Assert.Equal("""{"code":"canceled"}""", Print(new CallStatus(StatusCode.Cancelled, "")));
    }

    [Fact]
    public void Details_AreBytes_ShownWhereTheirTypeIsKnown()
    {
        var status = new Google.Rpc.Status { Code = 9, Message = "m" };
        status.Details.Add(Any.Pack(new ErrorInfo { Reason = "GONE" }));
        status.Details.Add(new Any { TypeUrl = "example.com/unknown.Type", Value = ByteString.CopyFrom(1, 2) });
        status.Details.Add(Any.Pack(Duration.FromTimeSpan(TimeSpan.FromSeconds(1.5))));
        status.Details.Add(Any.Pack(new ErrorInfo()));
        status.Details.Add(new Any { TypeUrl = "type.googleapis.com/google.rpc.ErrorInfo", Value = ByteString.CopyFrom(0xFF) });
        var printed = Print(new CallStatus(StatusCode.FailedPrecondition, "m") { Details = status.ToByteArray() });
        Assert.Equal(
            """{"code":"failed_precondition","message":"m","details":[{"type":"google.rpc.ErrorInfo","value":"CgRHT05F","debug":{"reason":"GONE"}},{"type":"unknown.Type","value":"AQI"},{"type":"google.protobuf.Duration","value":"CAEQgMq17gE","debug":{"value":"1.500s"}},{"type":"google.rpc.ErrorInfo","value":"","debug":{}},{"type":"google.rpc.ErrorInfo","value":"/w"}]}""",
            printed);
    }

    [Fact]
    public void OverTheLimit_TheCodeRemains()
    {
        using var output = new PayloadBuffer(256);
        Writer.Write(new CallStatus(StatusCode.Aborted, new string('x', 300_000)), output);
        Assert.Equal("""{"code":"aborted","message":"The status is larger than the limit."}""", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    private static string Print(CallStatus status)
    {
        using var output = new PayloadBuffer(1 << 20);
        Writer.Write(status, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
