using Transcoders.Calls;

namespace Transcoders.Payloads;

/// <summary>The same bytes under another format's name, where one wire's text is another wire's bytes.</summary>
public sealed class RelabelPlan(PayloadFormat from, PayloadFormat to) : PayloadPlan
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
