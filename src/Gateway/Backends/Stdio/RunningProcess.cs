using Transcoders.Stdio;

namespace Gateway.Backends.Stdio;

/// <summary>A child under supervision, from start until nothing of it is left. It needs no owner to end well: once stopped, it ends itself.</summary>
/// <remarks>
/// <code>
/// start ──► running ──► leader exits ──► output read, or a grace ──► SIGTERM, a grace, SIGKILL to what is left of the group ──► reaped ──► gone
///              └── Stop: TerminationLadder ──┘
/// </code>
/// </remarks>
internal sealed class RunningProcess
{
    private static readonly TimeSpan FarewellPatience = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LeastPatience = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _outputEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ProcessOwner _owner;
    private readonly StderrLog? _stderrLog;
    private readonly long _startedAt;
    private int _cause;
    private int _reads;

    /// <param name="child">Just started; owned from now on.</param>
    /// <param name="owner">What it belongs to, and what is told of its start and end.</param>
    /// <param name="destinationId">The destination it stands for.</param>
    /// <param name="method">The method it serves; empty without a schema.</param>
    /// <param name="tap">Where its stderr goes besides the log; null for nowhere.</param>
    public RunningProcess(ChildProcess child, ProcessOwner owner, string destinationId, string method, StderrTap? tap = null)
    {
        Child = child;
        DestinationId = destinationId;
        Method = method;
        _owner = owner;
        _startedAt = owner.Clock.GetTimestamp();
        _stderrLog = owner.Logger.IsEnabled(LogLevel.Information)
            ? new StderrLog(owner.Logger, owner.ClusterId, child.Id, owner.Clock)
            : null;
        Stderr = new StderrTail(child.Error, _stderrLog is null ? null : _stderrLog.Write, tap);
        StartedAt = owner.Clock.GetUtcNow();

        // In the table before its end can be seen.
        owner.Started(this);
        Completion = SuperviseAsync();
    }

    public ChildProcess Child { get; }

    public StderrTail Stderr { get; }

    public DateTimeOffset StartedAt { get; }

    public string DestinationId { get; }

    public string Method { get; }

    /// <summary>Why it was stopped; None while nobody asked for it.</summary>
    public StopCause Cause => (StopCause)Volatile.Read(ref _cause);

    /// <summary>Says in the process's own language that its call is given up, before the ladder; null when there is nothing to say. It never throws.</summary>
    public Func<Task>? Farewell { get; set; }

    /// <summary>Completes when the whole group is gone, its exit is known, stderr is drained and its slot is free. Output may still hold unread bytes.</summary>
    public Task Gone => _gone.Task;

    /// <summary>Completes when its streams are closed too, which is the last thing. Never faults.</summary>
    public Task Completion { get; }

    /// <summary>Starts the ladder, once; the first cause is kept. Returns at once: <see cref="Gone"/> tells when it is over.</summary>
    public void Stop(StopCause cause)
    {
        if (Interlocked.CompareExchange(ref _cause, (int)cause, (int)StopCause.None) == (int)StopCause.None)
        {
            _stopped.TrySetResult();
        }
    }

    /// <summary>The reader has seen the end of the output, or will not read on.</summary>
    public void OutputEnded() => _outputEnded.TrySetResult();

    /// <summary>The reader waits for output from here to <see cref="ReadEnds"/>.</summary>
    public void ReadBegins() => Interlocked.Increment(ref _reads);

    public void ReadEnds() => Interlocked.Increment(ref _reads);

    /// <summary>How long a stream may be silent after the group has gone. Not the grace itself, which may be configured to be zero.</summary>
    private TimeSpan Patience => _owner.Grace > LeastPatience ? _owner.Grace : LeastPatience;

    private async Task SuperviseAsync()
    {
        await Task.WhenAny(Child.Exited, _stopped.Task);
        if (Cause is StopCause.Cancelled or StopCause.Deadline or StopCause.Shutdown && !Child.Exited.IsCompleted && Farewell is { } farewell)
        {
            // A process that does not read is not waited for long: closing its stdin ends the attempt.
            await farewell().EndsWithinAsync(FarewellPatience, _owner.Clock);
        }

        if (Cause != StopCause.None && !Child.Exited.IsCompleted
            && await TerminationLadder.RunAsync(Child, _owner.Grace, _owner.Clock))
        {
            _owner.Logger.ChildKilled(_owner.ClusterId, Child.Id, Cause);
        }

        var exit = await Child.Exited;
        await EndGroupAsync();
        _owner.Exited(this, exit);
        _owner.Logger.ChildExited(_owner.ClusterId, Child.Id, exit, _owner.Clock.GetElapsedTime(_startedAt).TotalSeconds);

        await DrainStderrAsync();
        _gone.TrySetResult();
        await DrainOutputAsync();
        Child.Dispose();
    }

    /// <summary>The leader is a zombie, so its group's id is still ours. Whoever is left of the group gets a grace, then SIGKILL.</summary>
    private async Task EndGroupAsync()
    {
        // 1. A grandchild may still be writing the answer.
        if (!_outputEnded.Task.IsCompleted && Cause == StopCause.None)
        {
            await Task.WhenAny(_outputEnded.Task, _stopped.Task).EndsWithinAsync(_owner.Grace, _owner.Clock);
        }

        // 2. The end of stderr is the sign that nobody is left; a signal to the zombie alone does nothing.
        if (!Stderr.Completion.IsCompleted)
        {
            Child.Signal(ChildSignal.Terminate);
            await Stderr.Completion.EndsWithinAsync(_owner.Grace, _owner.Clock);
        }

        // 3. Kills what ignored that, and what had closed its stderr.
        Child.Reap();
    }

    private async Task DrainStderrAsync()
    {
        // A process that has left the group (setsid) may hold the stream for ever.
        if (!await Stderr.Completion.EndsWithinAsync(Patience, _owner.Clock))
        {
            Child.Error.Dispose();
            await Stderr.Completion;
        }

        _stderrLog?.ReportLeftOut();
    }

    /// <summary>
    /// What the group has written stays readable for as long as the reader takes. Only a read that waits that long for nothing,
    /// because a process outside the group holds the pipe, is ended.
    /// </summary>
    private async Task DrainOutputAsync()
    {
        while (!_outputEnded.Task.IsCompleted)
        {
            var before = Volatile.Read(ref _reads);
            if (await _outputEnded.Task.EndsWithinAsync(Patience, _owner.Clock))
            {
                return;
            }

            var isReading = (before & 1) == 1;
            if (isReading && Volatile.Read(ref _reads) == before)
            {
                return;
            }
        }
    }
}
