using Transcoders.Calls;

namespace Gateway.Telemetry;

/// <summary>What calls under one set of labels add up to. Adding is an interlocked addition; instruments read it when somebody collects.</summary>
internal sealed class CallCounts(CallLabels labels)
{
    private readonly long[] _ended = new long[StatusCodeNames.Count];
    private long _active;
    private long _requestMessages;
    private long _requestBytes;
    private long _responseMessages;
    private long _responseBytes;

    /// <summary>The labels the series carry.</summary>
    public CallLabels Labels => labels;

    public long Active => Interlocked.Read(ref _active);

    public long RequestMessages => Interlocked.Read(ref _requestMessages);

    public long RequestBytes => Interlocked.Read(ref _requestBytes);

    public long ResponseMessages => Interlocked.Read(ref _responseMessages);

    public long ResponseBytes => Interlocked.Read(ref _responseBytes);

    public long Ended(StatusCode code) => Interlocked.Read(ref _ended[(int)code]);

    public void Begin() => Interlocked.Increment(ref _active);

    public void Withdraw() => Interlocked.Decrement(ref _active);

    public void End(StatusCode code, CallTally? tally)
    {
        Interlocked.Decrement(ref _active);
        Interlocked.Increment(ref _ended[(int)code]);
        if (tally is null)
        {
            return;
        }

        if (tally.RequestMessages > 0)
        {
            Interlocked.Add(ref _requestMessages, tally.RequestMessages);
            Interlocked.Add(ref _requestBytes, tally.RequestBytes);
        }

        if (tally.ResponseMessages > 0)
        {
            Interlocked.Add(ref _responseMessages, tally.ResponseMessages);
            Interlocked.Add(ref _responseBytes, tally.ResponseBytes);
        }
    }
}
