using Transcoders.Calls;

namespace Transcoders.Payloads;

/// <summary>Bytes pass as they are, under the same or another format's name.</summary>
public sealed class IdentityPlan(PayloadFormat from, PayloadFormat to) : PayloadPlan
{
    public override PayloadFormat From => from;

    public override PayloadFormat To => to;

    public override bool IsIdentity => true;

    public override void Convert(ReadOnlySpan<byte> input, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write(input);
    }
}
