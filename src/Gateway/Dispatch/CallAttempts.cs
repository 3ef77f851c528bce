using Gateway.Configuration;
using Transcoders.Calls;

namespace Gateway.Dispatch;

/// <summary>A request whose call may be attempted more than once.</summary>
public interface IRepeatableRequest
{
    /// <summary>True when the request itself says that repeating it does no harm: its verb, or an Idempotency-Key.</summary>
    bool IsIdempotent { get; }

    /// <summary>True when the client has gone, or the host has given the request up.</summary>
    bool IsOver { get; }

    /// <summary>True when every byte that was read of it can be read again.</summary>
    /// <param name="isSent">A server has seen the request: it must then have been complete.</param>
    bool CanBeReadAgain(bool isSent);

    /// <summary>Makes one attempt. It returns when the answer has begun, or when the attempt has ended without one; it does not throw.</summary>
    /// <param name="tooSlow">Fires when the attempt has taken too long.</param>
    ValueTask<AttemptResult> AttemptAsync(CancellationToken tooSlow);
}

/// <summary>
/// The attempts at one call: whoever carries an attempt asks here before a failure is told to the client. Attempts follow each other,
/// never side by side.
/// </summary>
public sealed class CallAttempts : IDisposable
{
    private static readonly CallStatus TooSlow = new(StatusCode.DeadlineExceeded, "The backend did not answer within the timeout of its cluster.")
    {
        Origin = StatusOrigin.Transport,
        HttpStatus = 504,
    };

    private readonly ClusterResilience _resilience;
    private readonly IRepeatableRequest _request;
    private CancellationTokenSource? _timeout;
    private CancellationTokenRegistration _timer;
    private Deadline? _deadline;
    private CallStatus? _status;
    private TimeSpan _delay;

    public CallAttempts(ClusterResilience resilience, IRepeatableRequest request)
    {
        ArgumentNullException.ThrowIfNull(resilience);
        _resilience = resilience;
        _request = request;
        Started = resilience.Clock.GetTimestamp();
    }

    /// <summary>When the first attempt began, on the cluster's clock.</summary>
    public long Started { get; }

    /// <summary>The attempt under way, counted from one.</summary>
    public int Number { get; private set; }

    /// <summary>True when the attempt has failed, nobody was told, and another is to be made.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>True once something of an answer has been given: no other attempt can follow.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Fires when this attempt took too long; never, once an answer has begun.</summary>
    public CancellationToken Token => _timeout?.Token ?? CancellationToken.None;

    /// <summary>The status of the last attempt, as far as it is known.</summary>
    public CallStatus? Status => _status;

    /// <summary>This attempt's end when its token has fired, else null.</summary>
    public CallStatus? TimedOut => Token.IsCancellationRequested ? TooSlow : null;

    private RetrySettings? Retry => _resilience.Settings.Retry;

    /// <summary>Begins the next attempt.</summary>
    /// <param name="tooSlow">Fires when the attempt has taken too long; looked at until <see cref="Settle"/>.</param>
    public void Begin(CancellationToken tooSlow)
    {
        Number++;
        IsHeld = false;
        _status = null;
        _timeout?.Dispose();
        _timeout = null;
        if (_resilience.Settings.Timeout is not null)
        {
            // A source of its own: the pipeline's goes back to a pool while an answer that has begun goes on.
            _timeout = new CancellationTokenSource();
            _timer = tooSlow.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _timeout);
        }
    }

    /// <summary>An answer has begun.</summary>
    public void MarkBegun() => HasBegun = true;

    /// <summary>The attempt has ended or its answer has begun: no timeout any more, and what is known of it goes to the pipeline.</summary>
    public AttemptResult Settle()
    {
        _timer.Dispose();
        return new AttemptResult(IsHeld, _delay, _resilience.IsFailure(_status));
    }

    /// <summary>One deadline for all attempts: the first one's.</summary>
    public Deadline Keep(Deadline deadline) => _deadline ??= deadline;

    /// <summary>Ends a call of the hub when its attempt takes too long. Dispose what it returns when the call has ended.</summary>
    public CancellationTokenRegistration Watch(CallLifetime lifetime) =>
        Token.UnsafeRegister(static state => ((CallLifetime)state!).End(TooSlow), lifetime);

    /// <summary>Notes how the attempt ended, before the client hears of it.</summary>
    public void Observe(CallStatus status) => _status = status;

    /// <summary>Whether a failure is worth, and allowed, another attempt. Source: PROTOCOLS §10.5 "Retry"; gRFC A6.</summary>
    /// <param name="status">How the attempt ended.</param>
    /// <param name="isRepeatable">The method's author promised that repeating it does no harm.</param>
    /// <param name="streams">The call has a stream of requests, which cannot be told again to a second server once a first has heard of it.</param>
    public bool MayRetry(CallStatus status, bool isRepeatable, bool streams)
    {
        ArgumentNullException.ThrowIfNull(status);
        if (Retry is not { } retry || status.IsOk || HasBegun || Number >= retry.Attempts || _request.IsOver)
        {
            return false;
        }

        // 1. Worth it: the way to the server failed, or the server said what a later answer may not repeat.
        var isWorthIt = status.Origin == StatusOrigin.Transport || (status.Origin == StatusOrigin.Backend && retry.Statuses.Contains(status.Code));
        if (!isWorthIt)
        {
            return false;
        }

        // 2. Allowed: nobody saw it, or seeing it twice does no harm.
        if (!status.IsUnsent && (streams || !_resilience.IsRepeatable || !(isRepeatable || retry.AllMethods || _request.IsIdempotent)))
        {
            return false;
        }

        // 3. Possible: the request can be read again, and there is time.
        if (!_request.CanBeReadAgain(isSent: !status.IsUnsent) || DelayOf(retry, status) is not { } delay
            || (_deadline is { IsSet: true } deadline && deadline.Remaining(_resilience.Clock) <= delay))
        {
            return false;
        }

        _delay = delay;
        return true;
    }

    /// <summary>Holds the failure back: the pipeline makes another attempt.</summary>
    public void Hold(CallStatus status, string route)
    {
        ArgumentNullException.ThrowIfNull(status);
        _status = status;
        IsHeld = true;
        _resilience.Logger.CallRetried(route, Number + 1, Retry!.Attempts, _delay, StatusCodeNames.Name(status.Code), status.Message);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _timeout?.Dispose();
    }

    /// <summary>How long to wait: what the server asked for, else the backoff; null when it asked for more than we wait, or not to come back.</summary>
    private TimeSpan? DelayOf(RetrySettings retry, CallStatus status)
    {
        if (StatusDetails.RetryDelay(status) is { } asked)
        {
            return asked >= TimeSpan.Zero && asked <= retry.MaxBackoff ? asked : null;
        }

        var backoff = retry.Backoff * (1L << Math.Min(Number - 1, 30));
        if (backoff > retry.MaxBackoff)
        {
            backoff = retry.MaxBackoff;
        }

        return retry.Jitter ? backoff * (0.5 + (Random.Shared.NextDouble() / 2)) : backoff;
    }
}
