using Transcoders.Calls;
using Transcoders.Payloads;

namespace Transcoders.Planning;

/// <summary>The plans of payloads of which nothing is known but their wrapping.</summary>
internal static class OpaquePayloads
{
    public static readonly PayloadExchange Exchange = new(
        [
            new JsonToTextPlan(),
            new TextToJsonPlan(),
            IdentityPlan.Of(PayloadFormat.Json, PayloadFormat.Binary),
            IdentityPlan.Of(PayloadFormat.Text, PayloadFormat.Binary),
            IdentityPlan.Of(PayloadFormat.Binary, PayloadFormat.Text),
        ],
        [
            new TextToJsonPlan(),
            new JsonToTextPlan(),
            IdentityPlan.Of(PayloadFormat.Json, PayloadFormat.Binary),
            IdentityPlan.Of(PayloadFormat.Text, PayloadFormat.Binary),
            new BinaryToTextPlan(),
            new BinaryToJsonPlan(),
        ]);
}
