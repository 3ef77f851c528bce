using System.Buffers.Text;
using Transcoders.Calls;

namespace Transcoders.Payloads;

/// <summary>Bytes → base64 text, for wires that carry text alone.</summary>
public sealed class BinaryToTextPlan : PayloadPlan
{
    public override PayloadFormat From => PayloadFormat.Binary;

    public override PayloadFormat To => PayloadFormat.Text;

    public override void Convert(ReadOnlySpan<byte> input, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        Base64.EncodeToUtf8(input, output.GetSpan(Base64.GetMaxEncodedToUtf8Length(input.Length)), out _, out var written);
        output.Advance(written);
    }
}
