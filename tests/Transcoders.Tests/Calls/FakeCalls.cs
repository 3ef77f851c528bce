using System.Text;
using System.Threading.Channels;
using System.Threading.Tasks.Sources;
using Transcoders.Calls;

namespace Transcoders.Tests.Calls;

/// <summary>A client played by a test; what happens to it is noted in a script shared with the backend.</summary>
internal sealed class FakeServerCall(CallShape shape, Script script) : ServerCall
{
    /// <summary>What it sends: a text, or an exception thrown by the read. Completed: half-closed.</summary>
    public Channel<object> Requests { get; } = Channel.CreateUnbounded<object>();

    public override CallHead Head { get; } = new() { Method = "a.B/C", Shape = shape, Metadata = new CallMetadata() };

    public override PayloadFormat Accepts => PayloadFormat.Text;

    public override CancellationToken Aborted => CancellationToken.None;

    public FakeServerCall Sends(params object[] requests)
    {
        foreach (var request in requests)
        {
            Requests.Writer.TryWrite(request);
        }

        return this;
    }

    public FakeServerCall AndHalfCloses()
    {
        Requests.Writer.Complete();
        return this;
    }

    public override async ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        script.ServerReads++;
        try
        {
            return await Requests.Reader.WaitToReadAsync(cancellationToken) && Requests.Reader.TryRead(out var next) ? Script.Play(next) : null;
        }
        finally
        {
            script.ServerReads--;
        }
    }

    public override ValueTask WriteHeadAsync(ResponseHead head, CancellationToken cancellationToken)
    {
        script.Note("head");
        return default;
    }

    public override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        script.Note("to client: " + Encoding.UTF8.GetString(message.Payload.Span));
        return default;
    }

    public override ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        script.Note("flush client");
        return default;
    }

    public override ValueTask CompleteAsync(CallStatus status)
    {
        script.Note("complete");
        return default;
    }
}

/// <summary>A backend played by a test.</summary>
internal sealed class FakeClientCall(Script script) : ClientCall
{
    private CallStatus? _status;

    /// <summary>What it answers: a text, an exception, or a <see cref="CallStatus"/> that ends it.</summary>
    public Channel<object> Responses { get; } = Channel.CreateUnbounded<object>();

    public Exception? WriteFailure { get; init; }

    public Exception? FlushFailure { get; init; }

    public override PayloadFormat Format => PayloadFormat.Text;

    public override CallStatus Status => _status ?? throw new InvalidOperationException("The status was asked for before the end.");

    public FakeClientCall Answers(params object[] responses)
    {
        foreach (var response in responses)
        {
            Responses.Writer.TryWrite(response);
        }

        return this;
    }

    public override ValueTask WriteAsync(Message message, bool last, CancellationToken cancellationToken)
    {
        if (WriteFailure is { } failure)
        {
            throw failure;
        }

        script.Note($"to backend: {Encoding.UTF8.GetString(message.Payload.Span)}{(last ? ", last" : "")}");
        return default;
    }

    public override ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (FlushFailure is { } failure)
        {
            throw failure;
        }

        script.Note("flush backend");
        return default;
    }

    public override ValueTask HalfCloseAsync(CancellationToken cancellationToken)
    {
        script.Note("half-close");
        return default;
    }

    public override ValueTask<ResponseHead> ReadHeadAsync(CancellationToken cancellationToken) => new(ResponseHead.Empty);

    public override async ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        var next = await Responses.Reader.ReadAsync(cancellationToken);
        if (next is CallStatus status)
        {
            _status = status;
            return null;
        }

        return Script.Play(next);
    }

    public override ValueTask DisposeAsync() => default;
}

/// <summary>A backend whose reads are done when they are looked at, and give what they have read once: as pooled ones do.</summary>
internal sealed class PooledClientCall(params IReadOnlyList<string> answers) : ClientCall
{
    private int _next;

    public override PayloadFormat Format => PayloadFormat.Text;

    public override CallStatus Status => CallStatus.Ok;

    public override ValueTask WriteAsync(Message message, bool last, CancellationToken cancellationToken) => default;

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => default;

    public override ValueTask HalfCloseAsync(CancellationToken cancellationToken) => default;

    public override ValueTask<ResponseHead> ReadHeadAsync(CancellationToken cancellationToken) => new(ResponseHead.Empty);

    public override ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        var message = _next < answers.Count ? new Message(Encoding.UTF8.GetBytes(answers[_next++]), PayloadFormat.Text) : (Message?)null;
        return new(new OnceSource(message), 0);
    }

    public override ValueTask DisposeAsync() => default;

    private sealed class OnceSource(Message? message) : IValueTaskSource<Message?>
    {
        private bool _taken;

        public Message? GetResult(short token)
        {
            Assert.False(_taken, "The result of a read was taken twice.");
            _taken = true;
            return message;
        }

        public ValueTaskSourceStatus GetStatus(short token) => ValueTaskSourceStatus.Succeeded;

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            throw new InvalidOperationException("It is done.");
    }
}

/// <summary>What happened, in order; a test may wait for a line of it.</summary>
internal sealed class Script
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private readonly List<(string Line, TaskCompletionSource Seen)> _waits = [];

    /// <summary>Reads of the client under way.</summary>
    public int ServerReads { get; set; }

    public string[] Lines
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    public void Note(string line)
    {
        lock (_lock)
        {
            _lines.Add(line);
            _waits.ForEach(w => _ = w.Line == line && w.Seen.TrySetResult());
        }
    }

    public Task SeenAsync(string line)
    {
        lock (_lock)
        {
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_lines.Contains(line))
            {
                seen.SetResult();
            }

            _waits.Add((line, seen));
            return seen.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    public static Message Play(object next) => next switch
    {
        string text => new Message(Encoding.UTF8.GetBytes(text), PayloadFormat.Text),
        Message message => message,
        Exception e => throw e,
        _ => throw new InvalidOperationException("no message: " + next),
    };
}
