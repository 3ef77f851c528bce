namespace Transcoders.Calls;

/// <summary>What flowed in one call. The request side and the response side are each written by one pump.</summary>
public sealed class CallTally
{
    public long RequestMessages;
    public long RequestBytes;
    public long ResponseMessages;
    public long ResponseBytes;

    /// <summary>Changes with every message in either direction; an idle watch compares it.</summary>
    public long Activity => RequestMessages + ResponseMessages;
}
