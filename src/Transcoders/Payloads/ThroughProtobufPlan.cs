using Transcoders.Calls;

namespace Transcoders.Payloads;

/// <summary>JSON → JSON where both sides speak JSON and there is a schema: what passes has been checked against it, and is canonical, on one line.</summary>
public sealed class ThroughProtobufPlan : PayloadPlan
{
    // A message in protobuf is at most a few times its JSON, which the call's limits bound.
    private const int MaxWire = int.MaxValue / 2;

    private readonly PayloadPlan _toProtobuf;
    private readonly PayloadPlan _toJson;

    /// <param name="toProtobuf">From the JSON that comes.</param>
    /// <param name="toJson">To the JSON that goes.</param>
    public ThroughProtobufPlan(PayloadPlan toProtobuf, PayloadPlan toJson)
    {
        _toProtobuf = toProtobuf;
        _toJson = toJson;
    }

    public override PayloadFormat From => PayloadFormat.Json;

    public override PayloadFormat To => PayloadFormat.Json;

    public override void Convert(ReadOnlySpan<byte> input, PayloadBuffer output)
    {
        using var wire = new PayloadBuffer(MaxWire);
        _toProtobuf.Convert(input, wire);
        _toJson.Convert(wire.WrittenSpan, output);
    }
}
