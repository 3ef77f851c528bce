using Transcoders.Calls;

namespace Transcoders.Payloads;

/// <summary>The wire of one message type to the same in normal form.</summary>
internal sealed class ProtobufToProtobufPlan(PlanSet plans, MessagePlan message) : PayloadPlan
{
    private readonly int _maxSize = plans.Options.MaxSize;

    public override PayloadFormat From => PayloadFormat.Protobuf;

    public override PayloadFormat To => PayloadFormat.Protobuf;

    public override void Convert(ReadOnlySpan<byte> input, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (input.Length > _maxSize)
        {
            throw PayloadErrors.TooLarge(input.Length, _maxSize);
        }

        var scratch = PayloadScratch.Rent();
        try
        {
            var conversion = new WireToWire(plans, message, input, output, scratch);
            conversion.Convert();
        }
        finally
        {
            scratch.Return();
        }

        output.ThrowIfOverLimit();
    }
}
