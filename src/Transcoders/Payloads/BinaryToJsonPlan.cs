using Transcoders.Calls;

namespace Transcoders.Payloads;

/// <summary>Bytes to JSON: a string of base64, as the protobuf mapping writes bytes.</summary>
public sealed class BinaryToJsonPlan : PayloadPlan
{
    private static readonly BinaryToTextPlan Text = new();

    public override PayloadFormat From => PayloadFormat.Binary;

    public override PayloadFormat To => PayloadFormat.Json;

    public override void Convert(ReadOnlySpan<byte> input, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write("\""u8);
        Text.Convert(input, output);
        output.Write("\""u8);
    }
}
