using Transcoders.Calls;
using Transcoders.Payloads;

namespace Transcoders.Planning;

/// <summary>The plans of payloads of which nothing is known but their wrapping.</summary>
internal static class OpaquePayloads
{
    public static readonly PayloadExchange Exchange = new(
        [
            new JsonToTextPlan(),
            new JsonToTextPlan(PayloadFormat.Binary),
            new IdentityPlan(PayloadFormat.Text, PayloadFormat.Binary),
            new IdentityPlan(PayloadFormat.Binary, PayloadFormat.Text),
        ],
        [
            new TextToJsonPlan(),
            new IdentityPlan(PayloadFormat.Text, PayloadFormat.Binary),
            new BinaryToTextPlan(),
        ]);
}
