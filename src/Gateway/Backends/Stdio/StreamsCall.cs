using System.Globalization;
using Transcoders.Calls;

namespace Gateway.Backends.Stdio;

/// <summary>A call whose client reads both of a process's streams and wants to know its exit code. Owns the call it wraps. Source: <see cref="ProcessStreams"/>.</summary>
internal sealed class StreamsCall(ClientCall inner, RunningProcess process, StderrTap stderr) : ClientCall
{
    private Task<Message?>? _output;
    private Task<bool>? _errors;
    private bool _outputEnded;
    private bool _errorsEnded;
    private bool _lastWasError;

    public override PayloadFormat Format => inner.Format;

    public override CallStatus Status => WithExitCode(inner.Status);

    public override ValueTask WriteAsync(Message message, bool last, CancellationToken cancellationToken) => inner.WriteAsync(message, last, cancellationToken);

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override ValueTask HalfCloseAsync(CancellationToken cancellationToken) => inner.HalfCloseAsync(cancellationToken);

    public override ValueTask<ResponseHead> ReadHeadAsync(CancellationToken cancellationToken) => inner.ReadHeadAsync(cancellationToken);

    public override async ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!_outputEnded)
            {
                _output ??= inner.ReadAsync(cancellationToken).AsTask();
            }

            // 1. Whatever is there; in turn, so that a flood on one stream does not hide the other.
            if (!_lastWasError && TryReadError(out var error))
            {
                return error;
            }

            _lastWasError = false;
            if (_output is { IsCompleted: true } output)
            {
                _output = null;
                if (await output is { } message)
                {
                    return message;
                }

                _outputEnded = true;
            }

            if (TryReadError(out error))
            {
                return error;
            }

            if (_outputEnded && _errorsEnded)
            {
                return null;
            }

            // 2. Nothing is: whichever comes first.
            if (!_errorsEnded)
            {
                _errors ??= stderr.WaitAsync(cancellationToken).AsTask();
            }

            Task first = _output is null ? _errors! : _errors is null ? _output : Task.WhenAny(_output, _errors);
            await first.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_errors is { IsCompleted: true } errors)
            {
                _errors = null;
                _errorsEnded = errors.IsCanceled || !await errors;
            }
        }
    }

    public override async ValueTask DisposeAsync()
    {
        stderr.End();
        await inner.DisposeAsync();
        if (_output is { } pending)
        {
            await ((Task)pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool TryReadError(out Message? message)
    {
        _lastWasError = stderr.TryRead(out var chunk);
        message = _lastWasError ? new Message(chunk, PayloadFormat.Binary) { Event = ProcessStreams.Stderr } : null;
        return _lastWasError;
    }

    private CallStatus WithExitCode(CallStatus status)
    {
        if (!process.Child.Exited.IsCompletedSuccessfully || process.Child.Exited.Result.Code is not { } code)
        {
            return status;
        }

        var trailers = new CallMetadata(1);
        trailers.Add(ProcessStreams.ExitCode, code.ToString(CultureInfo.InvariantCulture));
        return new CallStatus(status.Code, status.Message) { Details = status.Details, Origin = status.Origin, Trailers = trailers };
    }
}
