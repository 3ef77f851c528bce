using System.Runtime.CompilerServices;
using System.Text.Unicode;
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

    private static readonly CgiHeadFraming CgiHead = new();

    private readonly RunningProcess _process;
    private readonly StdioExchange _exchange;
    private readonly CallHead _head;
    private readonly TimeProvider _clock;
    private readonly ProcessInput _input;
    private readonly FrameBuffer _frames;
    private readonly CancellationTokenRegistration _registration;
    private UseGate _reading;
    private ReadOnlyMemory<byte>? _whole;
    private Message? _held;
    private CallStatus? _status;

    /// <param name="process">Just started; stopped when this is disposed before its end.</param>
    /// <param name="exchange">How it is spoken to.</param>
    /// <param name="head">The call's head.</param>
    /// <param name="clock">The clock of graces and deadlines.</param>
    /// <param name="cancellationToken">Stops the process.</param>
    public StdioClientCall(RunningProcess process, StdioExchange exchange, CallHead head, TimeProvider clock, CancellationToken cancellationToken)
    {
        _process = process;
        _exchange = exchange;
        _head = head;
        _clock = clock;
        _input = new ProcessInput(process, exchange.Framing);
        _frames = new FrameBuffer(exchange.Framing, exchange.Limit);
        _registration = cancellationToken.UnsafeRegister(static call => ((StdioClientCall)call!).Cancel(), this);
    }

    public override PayloadFormat Format => _exchange.Format;

    public override CallStatus Status => _status ?? new CallStatus(StatusCode.Unknown, "The call has not ended.");

    /// <summary>The process that is the call.</summary>
    public RunningProcess Process => _process;

    /// <summary>A cancellation is the deadline's when the deadline has passed, else the client's.</summary>
    public static StopCause CauseOfCancellation(CallHead head, TimeProvider clock) =>
        head.Deadline.IsSet && head.Deadline.Remaining(clock) <= TimerSlack ? StopCause.Deadline : StopCause.Cancelled;

    public override ValueTask WriteAsync(Message message, bool last, CancellationToken cancellationToken) =>
        _input.WriteAsync(message, last, cancellationToken);

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => _input.FlushAsync(cancellationToken);

    public override ValueTask HalfCloseAsync(CancellationToken cancellationToken) => _input.HalfCloseAsync(cancellationToken);

    /// <summary>
    /// A process has no head, and opens with its first message; but a CGI program writes one, and where all the output is one message it is
    /// held until the exit says whether it is an answer at all.
    /// </summary>
    public override ValueTask<ResponseHead> ReadHeadAsync(CancellationToken cancellationToken) =>
        _exchange.IsCgi ? ReadCgiHeadAsync(cancellationToken)
        : _exchange.Framing is WholeFraming ? ReadToTheEndAsync(cancellationToken)
        : new(_exchange.Head);

    public override ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_held is { } held)
        {
            _held = null;
            return new(held);
        }

        if (_status is not null)
        {
            return new((Message?)null);
        }

        EnterRead();
        if (TryCut(out var message, out var refusal))
        {
            ExitRead();
            return new(message);
        }

        return ReadSlowlyAsync(refusal, cancellationToken);
    }

    /// <summary>What was wanted has been read: the process is asked to end, and how it does no longer matters.</summary>
    public override ValueTask FinishAsync()
    {
        _process.Stop(StopCause.Answered);
        return default;
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

        _input.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Cancel() => _process.Stop(CauseOfCancellation(_head, _clock));

    private void EnterRead()
    {
        if (!_reading.TryEnter())
        {
            throw new ObjectDisposedException(nameof(StdioClientCall));
        }
    }

    private void ExitRead()
    {
        if (_reading.Exit())
        {
            _frames.Dispose();
        }
    }

    /// <summary>The header block. Where there is none, the exit says how the call ended; an exit of zero says that the program is broken.</summary>
    private async ValueTask<ResponseHead> ReadCgiHeadAsync(CancellationToken cancellationToken)
    {
        EnterRead();
        try
        {
            CallStatus? refusal = null;
            try
            {
                do
                {
                    if (_frames.TryRead(CgiHead, out var block))
                    {
                        return CgiHeadFraming.Parse(block.Span);
                    }
                }
                while (!_frames.Ended && await FillAsync(cancellationToken));
            }
            catch (CallException e)
            {
                refusal = e.Status;
            }

            var isEmpty = _frames.IsEmpty;
            var status = await EndAsync(refusal, cancellationToken);
            _status = !status.IsOk ? status : new CallStatus(
                StatusCode.Internal, isEmpty ? "The program exited without an answer." : "The program exited before the end of its headers.")
            {
                HttpStatus = 502,
                Origin = StatusOrigin.Backend,
            };
            return ResponseHead.Empty;
        }
        finally
        {
            ExitRead();
        }
    }

    private async ValueTask<ResponseHead> ReadToTheEndAsync(CancellationToken cancellationToken)
    {
        var whole = await ReadAsync(cancellationToken);
        if (whole is not null)
        {
            await ReadAsync(cancellationToken);
        }

        if (_status is not { IsOk: true })
        {
            return ResponseHead.Empty;
        }

        _held = whole;
        return _exchange.Head;
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
                if (!_exchange.IsOneMessage || !_frames.Ended || _whole is not null || Format != PayloadFormat.Protobuf)
                {
                    return false;
                }

                // Nothing at all is the protobuf message that has nothing in it.
                payload = ReadOnlyMemory<byte>.Empty;
            }

            _whole = payload;

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
            while (refusal is null && !_frames.Ended && await FillAsync(cancellationToken))
            {
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
        if (refusal is not null && !_frames.Ended)
        {
            _process.Stop(StopCause.BadOutput);
            return refusal;
        }

        // 2. Its output has ended; now it should. One that lingers is stopped.
        var exited = _process.Child.Exited;
        if (!cancellationToken.IsCancellationRequested
            && !await exited.EndsWithinAsync(_exchange.Grace, _clock, cancellationToken)
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

        // 4. A failure of its own says more than output that broke off with it.
        var status = _process.Cause.ToStatus() ?? StatusOf(await exited);
        return status.IsOk && refusal is not null ? refusal : status;
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

        // What it says itself wins over the exit code: on stderr, or as the only thing it wrote.
        var told = StatusLine.TryParse(_process.Stderr.LastLine, _exchange.Statuses, out var line) ? line
            : _exchange.Framing is WholeFraming && _whole is { } whole && StatusLine.TryParse(whole.Span, _exchange.Statuses, out var output) ? output
            : null;
        return told ?? ExitCodeMapping.ToStatus(exit, _exchange.ExitCodes, _exchange.ExposeStderr ? _process.Stderr.Text : null);
    }
}
