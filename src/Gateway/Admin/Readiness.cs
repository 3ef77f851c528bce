namespace Gateway.Admin;

/// <summary>Whether traffic should be sent here. Three facts, set by the life of the process, from any thread.</summary>
public sealed class Readiness
{
    private volatile bool _isListening;
    private volatile bool _isConfigured;
    private volatile bool _isDraining;

    /// <summary>True once the proxy's ports are bound.</summary>
    public bool IsListening
    {
        get => _isListening;
        set => _isListening = value;
    }

    /// <summary>True once a configuration is in force; a rejected reload does not change that.</summary>
    public bool IsConfigured
    {
        get => _isConfigured;
        set => _isConfigured = value;
    }

    /// <summary>True from the first wish to stop: calls in flight end, new ones belong elsewhere.</summary>
    public bool IsDraining
    {
        get => _isDraining;
        set => _isDraining = value;
    }

    /// <summary>Why not; empty when ready.</summary>
    public IReadOnlyList<string> Reasons()
    {
        var reasons = new List<string>(3);
        if (!IsConfigured)
        {
            reasons.Add("no configuration is in force yet");
        }

        if (!IsListening)
        {
            reasons.Add("the proxy does not listen yet");
        }

        if (IsDraining)
        {
            reasons.Add("the gateway is draining");
        }

        return reasons;
    }
}
