using Transcoders.Calls;

namespace Transcoders.Payloads;

/// <summary>Passes messages of one format on as they are.</summary>
public sealed class IdentityPlan : PayloadPlan
{
    private static readonly IdentityPlan[] Plans =
    [
        new(PayloadFormat.Json), new(PayloadFormat.Protobuf), new(PayloadFormat.Text), new(PayloadFormat.Binary),
    ];

    private IdentityPlan(PayloadFormat format)
    {
        From = format;
    }

    public override PayloadFormat From { get; }

    public override PayloadFormat To => From;

    public override bool IsIdentity => true;

    /// <summary>The one plan of a format.</summary>
    public static IdentityPlan Of(PayloadFormat format) => Plans[(int)format];

    public override void Convert(ReadOnlySpan<byte> input, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write(input);
        output.ThrowIfOverLimit();
    }
}
