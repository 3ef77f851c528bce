namespace Gateway.Backends.Stdio;

/// <summary>Waiting for a stranger, with an end to it.</summary>
internal static class Waiting
{
    /// <summary>True when <paramref name="task"/> has ended within <paramref name="span"/>, however it ended; false also when <paramref name="cancellationToken"/> fired first.</summary>
    public static async ValueTask<bool> EndsWithinAsync(
        this Task task, TimeSpan span, TimeProvider clock, CancellationToken cancellationToken = default)
    {
        if (!task.IsCompleted)
        {
            await task.WaitAsync(span, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return task.IsCompleted;
    }
}
