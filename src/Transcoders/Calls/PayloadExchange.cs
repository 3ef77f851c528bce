namespace Transcoders.Calls;

/// <summary>The plans of one method between one edge and one backend: which converts what, in each direction.</summary>
/// <remarks>Immutable. Formats that are equal on both sides need no plan.</remarks>
public sealed class PayloadExchange
{
    private readonly PayloadPlan?[] _requests = new PayloadPlan?[PayloadFormats.Count * PayloadFormats.Count];
    private readonly PayloadPlan?[] _responses = new PayloadPlan?[PayloadFormats.Count * PayloadFormats.Count];

    /// <param name="requests">Plans from what clients send to what the backend takes.</param>
    /// <param name="responses">Plans from what the backend sends to what clients take.</param>
    public PayloadExchange(ReadOnlySpan<PayloadPlan> requests, ReadOnlySpan<PayloadPlan> responses)
    {
        foreach (var plan in requests)
        {
            _requests[Index(plan.From, plan.To)] = plan;
        }

        foreach (var plan in responses)
        {
            _responses[Index(plan.From, plan.To)] = plan;
        }
    }

    /// <summary>The plan for a request; null when the bytes pass as they are.</summary>
    /// <exception cref="CallException">INVALID_ARGUMENT when the method takes no such format.</exception>
    public PayloadPlan? Request(PayloadFormat from, PayloadFormat to) =>
        Find(_requests, from, to, StatusCode.InvalidArgument, "This method does not take a message of format ");

    /// <summary>The plan for a response; null when the bytes pass as they are.</summary>
    /// <exception cref="CallException">INTERNAL when the backend sent a format that cannot be converted.</exception>
    public PayloadPlan? Response(PayloadFormat from, PayloadFormat to) =>
        Find(_responses, from, to, StatusCode.Internal, "The backend's answer cannot be converted from format ");

    private static PayloadPlan? Find(PayloadPlan?[] plans, PayloadFormat from, PayloadFormat to, StatusCode code, string text)
    {
        var plan = plans[Index(from, to)];
        if (plan is null && from != to)
        {
            throw new CallException(code, text + from + " (needed: " + to + ").");
        }

        return plan;
    }

    private static int Index(PayloadFormat from, PayloadFormat to) => ((int)from * PayloadFormats.Count) + (int)to;
}
