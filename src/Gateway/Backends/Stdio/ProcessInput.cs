using System.Runtime.CompilerServices;
using Transcoders.Calls;
using Transcoders.Stdio;

namespace Gateway.Backends.Stdio;

/// <summary>The write side of a call that is a process: messages are framed, kept back within a bound, and written to its stdin.</summary>
/// <remarks>One writer at a time. <see cref="Dispose"/> may come while a write waits; it then ends with the process.</remarks>
internal sealed class ProcessInput(RunningProcess process, StdioFraming framing) : IDisposable
{
    // What the edge and its plan let through is bounded by the route's message limit, and what is kept back by UnflushedBytes;
    // this buffer needs no third bound of its own.
    private const int PendingLimit = int.MaxValue / 2;
    private const int PendingKept = 64 * 1024;

    private readonly PayloadBuffer _pending = new(PendingLimit);
    private UseGate _writing;
    private bool _inputClosed;

    public ValueTask WriteAsync(Message message, bool last, CancellationToken cancellationToken)
    {
        EnterWrite();
        var kept = false;
        try
        {
            framing.Write(message.Payload.Span, _pending);
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

        var sending = SendAsync(close: last, cancellationToken);
        return last && !sending.IsCompleted ? Detach(sending.AsTask()) : sending;
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_inputClosed || _pending.Length == 0)
        {
            return ValueTask.CompletedTask;
        }

        EnterWrite();
        return SendAsync(close: false, cancellationToken);
    }

    public ValueTask HalfCloseAsync(CancellationToken cancellationToken)
    {
        if (_inputClosed)
        {
            return ValueTask.CompletedTask;
        }

        EnterWrite();
        return SendAsync(close: true, cancellationToken);
    }

    public void Dispose()
    {
        if (_writing.Close())
        {
            _pending.Dispose();
        }
    }

    /// <summary>
    /// Nothing follows the last message, so nobody need wait for it: a process that answers while it reads must be read meanwhile, or both
    /// would wait for ever on full pipes.
    /// </summary>
    private static ValueTask Detach(Task sending)
    {
        _ = ObserveAsync(sending);
        return default;

        static async Task ObserveAsync(Task sending)
        {
            try
            {
                await sending;
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The process takes no more: its status says why.
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(bool close, CancellationToken cancellationToken)
    {
        try
        {
            if (_pending.Length != 0)
            {
                await process.Child.Input.WriteAsync(_pending.WrittenMemory, cancellationToken);
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
        process.Child.Input.Dispose();
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
}
