using Transcoders.Calls;

namespace Transcoders.Tests.Calls;

public sealed class PayloadExchangeTests
{
    private readonly FakePlan _request = new(PayloadFormat.Json, PayloadFormat.Protobuf);
    private readonly FakePlan _response = new(PayloadFormat.Protobuf, PayloadFormat.Json);

    [Fact]
    public void Plan_IsFoundByItsFormats_InItsDirectionOnly()
    {
        var payloads = new PayloadExchange([_request], [_response]);

        Assert.Same(_request, payloads.Request(PayloadFormat.Json, PayloadFormat.Protobuf));
        Assert.Same(_response, payloads.Response(PayloadFormat.Protobuf, PayloadFormat.Json));
        Assert.Throws<CallException>(() => payloads.Request(PayloadFormat.Protobuf, PayloadFormat.Json));
        Assert.Throws<CallException>(() => payloads.Response(PayloadFormat.Json, PayloadFormat.Protobuf));
    }

    [Fact]
    public void EqualFormats_NeedNoPlan()
    {
        var payloads = new PayloadExchange([], []);
        foreach (var format in Enum.GetValues<PayloadFormat>())
        {
            Assert.Null(payloads.Request(format, format));
            Assert.Null(payloads.Response(format, format));
        }
    }

    [Fact]
    public void FormatNobodyConverts_IsTheSendersFault()
    {
        var payloads = new PayloadExchange([_request], [_response]);

        var request = Assert.Throws<CallException>(() => payloads.Request(PayloadFormat.Text, PayloadFormat.Protobuf)).Status;
        var response = Assert.Throws<CallException>(() => payloads.Response(PayloadFormat.Binary, PayloadFormat.Json)).Status;

        Assert.Equal(StatusCode.InvalidArgument, request.Code);
        Assert.Contains("Text (needed: Protobuf)", request.Message, StringComparison.Ordinal);
        Assert.Equal(StatusCode.Internal, response.Code);
        Assert.Contains("Binary (needed: Json)", response.Message, StringComparison.Ordinal);
    }

    private sealed class FakePlan(PayloadFormat from, PayloadFormat to) : PayloadPlan
    {
        public override PayloadFormat From => from;

        public override PayloadFormat To => to;

        public override void Convert(ReadOnlySpan<byte> input, PayloadBuffer output) => output.Write(input);
    }
}
