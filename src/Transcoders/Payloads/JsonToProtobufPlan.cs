using Transcoders.Calls;

namespace Transcoders.Payloads;

/// <summary>JSON text to the wire of one message type, or of one field of it.</summary>
internal sealed class JsonToProtobufPlan(PlanSet plans, MessagePlan message, FieldPlan? field) : PayloadPlan
{
    private readonly int _maxSize = plans.Options.MaxSize;

    public override PayloadFormat From => PayloadFormat.Json;

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
            var conversion = new JsonToWire(plans, input, output, scratch, field?.JsonName ?? "");
            if (field is null)
            {
                conversion.ConvertMessage(message);
            }
            else
            {
                conversion.ConvertField(field);
            }
        }
        finally
        {
            scratch.Return();
        }

        output.ThrowIfOverLimit();
    }
}
