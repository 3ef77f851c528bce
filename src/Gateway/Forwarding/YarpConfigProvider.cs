using Gateway.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Forwarding;

/// <summary>Hands YARP one configuration after the other, each applied whole or not at all.</summary>
/// <remarks>
/// Register one instance as IProxyConfigProvider and as IConfigChangeListener: the second is how YARP says whether it took a configuration.
/// YARP is never fed from a live JSON source: a half-written file would empty it.
/// </remarks>
internal sealed class YarpConfigProvider : IProxyConfigProvider, IConfigChangeListener, IDisposable
{
    private readonly SemaphoreSlim _applying = new(1, 1);

    // What YARP gets when it asks, and what it got last: its change token is the one YARP listens to.
    private volatile YarpSnapshot _offered;
    private volatile YarpSnapshot _taken;
    private volatile YarpSnapshot _current;
    private volatile Pending? _pending;

    /// <summary>Starts with a configuration, which the host refuses to start with when YARP rejects it.</summary>
    /// <exception cref="InvalidOperationException">YARP's binder cannot read it; the message lists the problems.</exception>
    public YarpConfigProvider(GatewayConfig config, object? model = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        var (snapshot, problems) = YarpBinder.Bind(config, model);
        _current = _offered = _taken = snapshot ?? throw new InvalidOperationException(string.Join(Environment.NewLine, problems));
    }

    /// <summary>The configuration in force.</summary>
    public YarpSnapshot Current => _current;

    /// <summary>The configuration YARP is taking on right now, else the one in force: what a convention for endpoints reads while it builds them.</summary>
    public YarpSnapshot Latest => _pending?.Snapshot ?? _current;

    /// <summary>Called after each configuration that comes into force.</summary>
    public Action<YarpSnapshot>? Changed { get; set; }

    /// <summary>Replaces the configuration, or leaves the old one in force and says why.</summary>
    /// <param name="config">The new configuration.</param>
    /// <param name="model">What was compiled of it; found again at <see cref="YarpSnapshot.Model"/>.</param>
    /// <param name="cancellationToken">Gives up waiting for one's turn or for YARP's answer.</param>
    /// <returns>Empty when it is in force. The task is complete on return unless a validator, filter or resolver of YARP waits.</returns>
    public async Task<IReadOnlyList<ConfigProblem>> ApplyAsync(GatewayConfig config, object? model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(config);
        var (snapshot, problems) = YarpBinder.Bind(config, model);
        if (snapshot is null)
        {
            return problems;
        }

        await _applying.WaitAsync(cancellationToken);
        try
        {
            var found = await OfferAsync(snapshot, cancellationToken);
            if (found.Count == 0)
            {
                Changed?.Invoke(snapshot);
            }

            return found;
        }
        finally
        {
            _applying.Release();
        }
    }

    /// <summary>For YARP: the configuration to load.</summary>
    public IProxyConfig GetConfig() => _taken = _offered;

    void IConfigChangeListener.ConfigurationLoaded(IReadOnlyList<IProxyConfig> proxyConfigs)
    {
    }

    void IConfigChangeListener.ConfigurationLoadingFailed(IProxyConfigProvider configProvider, Exception exception)
    {
        if (ReferenceEquals(configProvider, this))
        {
            _pending?.Answer.TrySetResult(exception);
        }
    }

    void IConfigChangeListener.ConfigurationApplied(IReadOnlyList<IProxyConfig> proxyConfigs) => Answer(proxyConfigs, null);

    void IConfigChangeListener.ConfigurationApplyingFailed(IReadOnlyList<IProxyConfig> proxyConfigs, Exception exception) => Answer(proxyConfigs, exception);

    public void Dispose() => _applying.Dispose();

    private async Task<IReadOnlyList<ConfigProblem>> OfferAsync(YarpSnapshot snapshot, CancellationToken cancellationToken)
    {
        // 1. Offer. YARP fetches, validates and applies inside SignalReplaced.
        var pending = new Pending(snapshot);
        _pending = pending;
        _offered = snapshot;
        try
        {
            _taken.SignalReplaced();

            // Nobody fetched it: YARP has not started yet (it will take what is offered) or has stopped.
            if (!ReferenceEquals(_taken, snapshot))
            {
                _current = _taken = snapshot;
                return [];
            }

            // 2. Taken: in force.
            if (await pending.Answer.Task.WaitAsync(cancellationToken) is not { } rejection)
            {
                _current = snapshot;
                return [];
            }

            // 3. Rejected. YARP keeps its state but remembers the bad snapshot, and a resolver's refresh would fail on it: give the good one back.
            _offered = _current = _current.Renew();
            _pending = null;
            snapshot.SignalReplaced();
            return YarpProblems.From(rejection, snapshot.Config);
        }
        finally
        {
            _pending = null;
        }
    }

    private void Answer(IReadOnlyList<IProxyConfig> configs, Exception? rejection)
    {
        if (_pending is { } pending && configs.Contains(pending.Snapshot))
        {
            pending.Answer.TrySetResult(rejection);
        }
    }

    /// <summary>A snapshot YARP has been offered; its answer is null when it took it, else the reason.</summary>
    private sealed record Pending(YarpSnapshot Snapshot)
    {
        public TaskCompletionSource<Exception?> Answer { get; } = new();
    }
}
