namespace Gateway.Backends.Stdio;

/// <summary>
/// Guards rented memory against being given back while its one user is at work: whoever comes last, user or disposer, is told to give it back.
/// </summary>
internal struct UseGate
{
    private const int Free = 0;
    private const int Used = 1;
    private const int Closed = 2;

    private int _state;

    /// <summary>Begins a use; false when closed. There is one user at a time.</summary>
    public bool TryEnter() => Interlocked.CompareExchange(ref _state, Used, Free) == Free;

    /// <summary>Ends a use; true when it was closed meanwhile and the memory is to be given back now.</summary>
    public bool Exit() => Interlocked.CompareExchange(ref _state, Free, Used) == Closed;

    /// <summary>Closes for good; true when nobody is at work and the memory is to be given back now.</summary>
    public bool Close() => Interlocked.Exchange(ref _state, Closed) == Free;
}
