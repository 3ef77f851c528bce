namespace Transcoders.Calls;

/// <summary>A point in time on one clock's monotonic scale, by which a call must have ended.</summary>
public readonly struct Deadline : IEquatable<Deadline>
{
    private readonly long _timestamp;
    private readonly bool _set;

    private Deadline(long timestamp)
    {
        _timestamp = timestamp;
        _set = true;
    }

    /// <summary>No deadline: the call may take for ever.</summary>
    public static Deadline None => default;

    public bool IsSet => _set;

    public static Deadline After(TimeSpan timeout, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        if (timeout == Timeout.InfiniteTimeSpan || timeout > TimeSpan.FromDays(3650))
        {
            return None;
        }

        var ticks = timeout.TotalSeconds * clock.TimestampFrequency;
        return new Deadline(clock.GetTimestamp() + (long)ticks);
    }

    /// <summary>Time left; zero when it has passed, <see cref="Timeout.InfiniteTimeSpan"/> when there is no deadline.</summary>
    public TimeSpan Remaining(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        if (!_set)
        {
            return Timeout.InfiniteTimeSpan;
        }

        var left = clock.GetElapsedTime(clock.GetTimestamp(), _timestamp);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>The earlier of two; one that is not set never wins.</summary>
    public static Deadline Earlier(Deadline a, Deadline b) =>
        !a._set ? b : !b._set ? a : a._timestamp <= b._timestamp ? a : b;

    public bool Equals(Deadline other) => _set == other._set && _timestamp == other._timestamp;

    public override bool Equals(object? obj) => obj is Deadline other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_set, _timestamp);

    public static bool operator ==(Deadline left, Deadline right) => left.Equals(right);

    public static bool operator !=(Deadline left, Deadline right) => !left.Equals(right);
}
