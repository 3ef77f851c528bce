using Transcoders.Calls;

namespace Transcoders.Payloads;

/// <summary>Passes the bytes on as they are, under the same format's name or another's: one wire's text is another wire's bytes.</summary>
public sealed class IdentityPlan : PayloadPlan
{
    private IdentityPlan(PayloadFormat from, PayloadFormat to)
    {
        From = from;
        To = to;
    }

    public override PayloadFormat From { get; }

    public override PayloadFormat To { get; }

    public override bool IsIdentity => true;

    public static IdentityPlan Of(PayloadFormat format) => new(format, format);

    public static IdentityPlan Of(PayloadFormat from, PayloadFormat to) => new(from, to);

    public override void Convert(ReadOnlySpan<byte> input, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write(input);
        output.ThrowIfOverLimit();
    }
}
