using Transcoders.Calls;

namespace Transcoders.Payloads;

/// <summary>The wire of one message type to JSON text, or of one field of it.</summary>
internal sealed class ProtobufToJsonPlan(PlanSet plans, MessagePlan message, FieldPlan? field) : PayloadPlan
{
    private readonly int _maxSize = plans.Options.MaxSize;

    public override PayloadFormat From => PayloadFormat.Protobuf;

    public override PayloadFormat To => PayloadFormat.Json;

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
            var conversion = new WireToJson(plans, message, input, output, scratch);
            conversion.Convert(field);
        }
        finally
        {
            scratch.Return();
        }

        output.ThrowIfOverLimit();
    }
}
