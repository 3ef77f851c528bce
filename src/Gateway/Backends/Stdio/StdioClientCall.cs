using System.Runtime.CompilerServices;
using System.Text.Unicode;
using Gateway.Configuration;
using Transcoders.Calls;
using Transcoders.Stdio;

namespace Gateway.Backends.Stdio;

/// <summary>A call that is a process: messages go to its stdin, come from its stdout, and its exit is the status.</summary>
/// <remarks>
/// <code>
/// WriteAsync ─► pending ─► stdin │ process │ stdout ─► frames ─► ReadAsync … end of stdout ─► exit ─► Status
///  HalfClose ─────── closes ──►  │         │ stderr ─► tail, log
/// </code>
/// </remarks>
internal sealed class StdioClientCall : ClientCall
{
    // Timers count in milliseconds and may fire that much early: a cancellation this close to the deadline is the deadline.
    private static readonly TimeSpan TimerSlack = TimeSpan.FromMilliseconds(2);

    // What the edge and its plan let through is bounded by the route's message limit, and what is kept back by UnflushedBytes;
    // this buffer needs no third bound of its own.
    private const int PendingLimit = int.MaxValue / 2;
    private const int PendingKept = 64 * 1024;

    private readonly RunningProcess _process;
    private readonly StdioFraming _framing;
    private readonly ProcessSettings _settings;
    private readonly CallHead _head;
    private readonly TimeProvider _clock;
    private readonly FrameBuffer _frames;
    private readonly PayloadBuffer _pending = new(PendingLimit);
    private readonly CancellationTokenRegistration _registration;
    private UseGate _reading;
    private UseGate _writing;
    private bool _inputClosed;
    private CallStatus? _status;

    public StdioClientCall(
        RunningProcess process, StdioFraming framing, PayloadFormat format, ProcessSettings settings,
        CallHead head, TimeProvider clock, CancellationToken cancellationToken)
    {
        _process = process;
        _framing = framing;
        Format = format;
        _settings = settings;
        _head = head;
        _clock = clock;
        _frames = new FrameBuffer(framing, settings.LineLength);
        _registration = cancellationToken.UnsafeRegister(static call => ((StdioClientCall)call!).Cancel(), this);
    }

    public override PayloadFormat Format { get; }

    public override CallStatus Status => _status ?? new CallStatus(StatusCode.Unknown, "The call has not ended.");

    /// <summary>A cancellation is the deadline's when the deadline has passed, else the client's.</summary>
    public static StopCause CauseOfCancellation(CallHead head, TimeProvider clock) =>
        head.Deadline.IsSet && head.Deadline.Remaining(clock) <= TimerSlack ? StopCause.Deadline : StopCause.Cancelled;

    public override ValueTask WriteAsync(Message message, bool last, CancellationToken cancellationToken)
    {
        EnterWrite();
        var kept = false;
        try
        {
            _framing.Write(message.Payload.Span, _pending);
            kept = !last && _pending.Length < CallLimits.Default.UnflushedBytes;
        }
        catch
        {
            ExitWrite();
            throw;
        }

        if (kept)
        {
            ExitWrite();
            return ValueTask.CompletedTask;
        }

        return SendAsync(close: last, cancellationToken);
    }

    public override ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_inputClosed || _pending.Length == 0)
        {
            return ValueTask.CompletedTask;
        }

        EnterWrite();
        return SendAsync(close: false, cancellationToken);
    }

    public override ValueTask HalfCloseAsync(CancellationToken cancellationToken)
    {
        if (_inputClosed)
        {
            return ValueTask.CompletedTask;
        }

        EnterWrite();
        return SendAsync(close: true, cancellationToken);
    }

    /// <summary>A process has no head: what it opens with is its first message.</summary>
    public override ValueTask<ResponseHead> ReadHeadAsync(CancellationToken cancellationToken) => new(ResponseHead.Empty);

    public override ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_status is not null)
        {
            return new((Message?)null);
        }

        if (!_reading.TryEnter())
        {
            throw new ObjectDisposedException(nameof(StdioClientCall));
        }

        if (TryCut(out var message, out var refusal))
        {
            ExitRead();
            return new(message);
        }

        return ReadSlowlyAsync(refusal, cancellationToken);
    }

    /// <summary>Lets go of the process. One that still runs is stopped behind the call's back, under the table's eyes.</summary>
    public override ValueTask DisposeAsync()
    {
        _registration.Dispose();
        if (_status is null)
        {
            Cancel();
            _status = _process.Cause.ToStatus();
        }

        _process.OutputEnded();
        if (_reading.Close())
        {
            _frames.Dispose();
        }

        if (_writing.Close())
        {
            _pending.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private void Cancel() => _process.Stop(CauseOfCancellation(_head, _clock));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(bool close, CancellationToken cancellationToken)
    {
        try
        {
            if (_pending.Length != 0)
            {
                await _process.Child.Input.WriteAsync(_pending.WrittenMemory, cancellationToken);
                _pending.Clear();
            }

            if (close)
            {
                CloseInput();
            }
        }
        catch (Exception e) when (e is ObjectDisposedException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The ladder closed stdin while we waited for the process to take more.
            CloseInput();
            throw new IOException("The process is being stopped.", e);
        }
        catch
        {
            // Half a message may be in the pipe: nothing sensible can follow it.
            CloseInput();
            throw;
        }
        finally
        {
            if (_pending.Raw.Length > PendingKept)
            {
                _pending.Dispose();
            }

            ExitWrite();
        }
    }

    private void CloseInput()
    {
        _inputClosed = true;
        _process.Child.Input.Dispose();
    }

    private void EnterWrite()
    {
        if (_inputClosed || !_writing.TryEnter())
        {
            throw new IOException("The process takes no more input.");
        }
    }

    private void ExitWrite()
    {
        if (_writing.Exit())
        {
            _pending.Dispose();
        }
    }

    private void ExitRead()
    {
        if (_reading.Exit())
        {
            _frames.Dispose();
        }
    }

    /// <summary>Cuts a message that has already arrived. A refusal is output that cannot be one.</summary>
    private bool TryCut(out Message? message, out CallStatus? refusal)
    {
        message = null;
        refusal = null;
        try
        {
            if (!_frames.TryRead(out var payload))
            {
                return false;
            }

            // Text that is no UTF-8 says so, so that no edge sends it as text.
            var format = Format == PayloadFormat.Text && !Utf8.IsValid(payload.Span) ? PayloadFormat.Binary : Format;
            message = new Message(payload, format);
            return true;
        }
        catch (CallException e)
        {
            refusal = e.Status;
            return false;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Message?> ReadSlowlyAsync(CallStatus? refusal, CancellationToken cancellationToken)
    {
        try
        {
            while (refusal is null && !_frames.Ended)
            {
                if (!await FillAsync(cancellationToken))
                {
                    break;
                }

                if (TryCut(out var message, out refusal))
                {
                    return message;
                }
            }

            _status = await EndAsync(refusal, cancellationToken);
            return null;
        }
        finally
        {
            ExitRead();
        }
    }

    /// <summary>Waits for output; false when the caller has given up.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        _process.ReadBegins();
        try
        {
            var count = await _process.Child.Output.ReadAsync(_frames.GetMemory(), cancellationToken);
            if (count == 0)
            {
                _frames.End();
            }
            else
            {
                _frames.Advance(count);
            }

            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The supervisor has closed the pipe: the process is being stopped, or nobody of its group is left to write.
            _frames.End();
            return true;
        }
        finally
        {
            _process.ReadEnds();
        }
    }

    /// <summary>After the last message: waits for what is left of the process and reads its end as a status.</summary>
    private async ValueTask<CallStatus> EndAsync(CallStatus? refusal, CancellationToken cancellationToken)
    {
        // 1. Output that is no message: nothing after it can be trusted.
        _process.OutputEnded();
        if (refusal is not null)
        {
            _process.Stop(StopCause.BadOutput);
            return refusal;
        }

        // 2. Its output has ended; now it should. One that lingers is stopped.
        var exited = _process.Child.Exited;
        if (!cancellationToken.IsCancellationRequested
            && !await exited.EndsWithinAsync(_settings.StopGrace, _clock, cancellationToken)
            && !cancellationToken.IsCancellationRequested)
        {
            _process.Stop(StopCause.Lingered);
        }

        // 3. Whole group gone, stderr drained, slot free: the next call may open.
        await _process.Gone.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_process.Gone.IsCompleted)
        {
            Cancel();
            return _process.Cause.ToStatus() ?? CauseOfCancellation(_head, _clock).ToStatus()!;
        }

        return _process.Cause.ToStatus() ?? StatusOf(await exited);
    }

    private CallStatus StatusOf(ProcessExit exit)
    {
        if (exit.IsSuccess)
        {
            return CallStatus.Ok;
        }

        if (_process.Cause == StopCause.Lingered && exit.Code is null)
        {
            return new CallStatus(StatusCode.Internal, "The process closed its output, did not exit and was stopped.") { Origin = StatusOrigin.Backend };
        }

        if (StatusLine.TryParse(_process.Stderr.LastLine, out var told))
        {
            return told;
        }

        return ExitCodeMapping.ToStatus(exit, _settings.ExposeStderr ? _process.Stderr.Text : null);
    }
}
