using System.Collections.Frozen;
using Gateway.Configuration;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;
using Transcoders.Calls;

namespace Gateway.Dispatch;

/// <summary>How one cluster's failures are met: compiled at load, kept over a reload while the cluster stays the same. Used from any thread.</summary>
public sealed class ClusterResilience
{
    private readonly ResiliencePipeline<AttemptResult> _pipeline;
    private readonly CircuitBreakerStateProvider? _circuit;
    private readonly FrozenSet<StatusCode> _failures;

    /// <param name="clusterId">For the log.</param>
    /// <param name="settings">As declared.</param>
    /// <param name="isRepeatable">True when the cluster's protocol lets a call that was sent be sent again.</param>
    /// <param name="clock">The clock of waits, timeouts and circuits.</param>
    /// <param name="logger">Hears of retries and of circuits that open and close.</param>
    public ClusterResilience(string clusterId, ResilienceSettings settings, bool isRepeatable, TimeProvider clock, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Settings = settings;
        IsRepeatable = isRepeatable;
        Clock = clock;
        Logger = logger;
        _failures = (settings.CircuitBreaker?.Statuses ?? []).ToFrozenSet();

        // The list: each step is around the ones below it, and all of them around one attempt.
        var pipeline = new ResiliencePipelineBuilder<AttemptResult> { Name = clusterId, TimeProvider = clock };
        if (settings.Retry is { } retry)
        {
            pipeline.AddRetry(Retry(retry));
        }

        if (settings.CircuitBreaker is { } circuit)
        {
            _circuit = new CircuitBreakerStateProvider();
            pipeline.AddCircuitBreaker(CircuitBreaker(clusterId, circuit, _circuit, logger));
        }

        if (settings.Timeout is { } timeout)
        {
            pipeline.AddTimeout(new TimeoutStrategyOptions { Timeout = timeout });
        }

        _pipeline = pipeline.Build();
    }

    public ResilienceSettings Settings { get; }

    /// <summary>True when a call that was sent may be sent again.</summary>
    public bool IsRepeatable { get; }

    /// <summary>True while calls are refused, or the one that tries is under way.</summary>
    public bool IsOpen => _circuit?.CircuitState is CircuitState.Open or CircuitState.Isolated;

    /// <summary>0 closed, 1 half-open, 2 open; null without a circuit breaker.</summary>
    public int? State => _circuit?.CircuitState switch
    {
        null => null,
        CircuitState.Closed => 0,
        CircuitState.HalfOpen => 1,
        _ => 2,
    };

    /// <summary>Runs the attempts at a request. It ends when an answer has begun, or when the last attempt has ended without one.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends waits between attempts: the client has gone.</param>
    public async ValueTask<AttemptsEnd> RunAsync(IRepeatableRequest request, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        try
        {
            var outcome = await _pipeline.ExecuteOutcomeAsync(
                static async (attempt, request) => Outcome.FromResult(await request.AttemptAsync(attempt.CancellationToken)), context, request);
            return outcome.Exception switch
            {
                BrokenCircuitException broken => new(IsRefused: true, broken.RetryAfter ?? Settings.CircuitBreaker?.BreakDuration, null),
                var failure => new(IsRefused: false, null, failure),
            };
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    internal TimeProvider Clock { get; }

    internal ILogger Logger { get; }

    /// <summary>The circuit's opinion of an attempt: failed ways to the server, and the answers that count as such.</summary>
    internal bool IsFailure(CallStatus? status) =>
        status is not null && (status.Origin == StatusOrigin.Transport || (status.Origin == StatusOrigin.Backend && _failures.Contains(status.Code)));

    /// <summary>Whether and when is the attempt's to say (<see cref="CallAttempts.MayRetry"/>): it knows the call.</summary>
    private static RetryStrategyOptions<AttemptResult> Retry(RetrySettings retry) => new()
    {
        MaxRetryAttempts = retry.Attempts - 1,
        ShouldHandle = static args => new(args.Outcome.Result.IsHeld),
        DelayGenerator = static args => new(args.Outcome.Result.Delay),
    };

    private static CircuitBreakerStrategyOptions<AttemptResult> CircuitBreaker(
        string clusterId, CircuitSettings circuit, CircuitBreakerStateProvider state, ILogger logger) => new()
    {
        FailureRatio = circuit.FailureRatio,
        MinimumThroughput = circuit.MinimumThroughput,
        SamplingDuration = circuit.SamplingDuration,
        BreakDuration = circuit.BreakDuration,
        StateProvider = state,
        ShouldHandle = static args => new(args.Outcome.Result.IsFailure),
        OnOpened = args =>
        {
            logger.CircuitOpened(clusterId, args.BreakDuration);
            return default;
        },
        OnHalfOpened = _ =>
        {
            logger.CircuitHalfOpened(clusterId);
            return default;
        },
        OnClosed = _ =>
        {
            logger.CircuitClosed(clusterId);
            return default;
        },
    };
}

/// <summary>What one attempt came to, as far as the pipeline has to know.</summary>
/// <param name="IsHeld">It failed, nobody was told, and another attempt is to be made.</param>
/// <param name="Delay">How long to wait before it.</param>
/// <param name="IsFailure">It speaks against the cluster.</param>
public readonly record struct AttemptResult(bool IsHeld, TimeSpan Delay, bool IsFailure);

/// <summary>How the attempts at a request ended.</summary>
/// <param name="IsRefused">The circuit is open: the last attempt was not made.</param>
/// <param name="RetryAfter">When the circuit will let a call through; null when it is not known.</param>
/// <param name="Failure">What ended a wait between attempts; null otherwise.</param>
public readonly record struct AttemptsEnd(bool IsRefused, TimeSpan? RetryAfter, Exception? Failure);
