using Transcoders.Calls;
using Transcoders.Payloads;

namespace Transcoders.Planning;

/// <summary>The plans of payloads of which nothing is known but their wrapping.</summary>
internal static class OpaquePayloads
{
    public static readonly PayloadExchange Exchange = new(
        [
            new JsonToTextPlan(),
            new RelabelPlan(PayloadFormat.Json, PayloadFormat.Binary),
            new RelabelPlan(PayloadFormat.Text, PayloadFormat.Binary),
            new RelabelPlan(PayloadFormat.Binary, PayloadFormat.Text),
        ],
        [
            new TextToJsonPlan(),
            new RelabelPlan(PayloadFormat.Text, PayloadFormat.Binary),
            new BinaryToTextPlan(),
        ]);
}
