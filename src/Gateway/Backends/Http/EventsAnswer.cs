using System.Buffers;
using System.IO.Pipelines;
using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.Sse;

namespace Gateway.Backends.Http;

/// <summary>
/// An answer that is an event stream: a message for each event, up to the end of the body, `event: end` or `[DONE]`; `event: error`
/// ends it with a failure. Source: PROTOCOLS §10.4.
/// </summary>
internal sealed class EventsAnswer(Stream body, AnswerShape shape, ErrorBodyReader errors, CallLimits limits) : AnswerReader
{
    private readonly PipeReader _pipe = PipeReader.Create(body);
    private readonly SseReader _events = new(limits.MessageSize);
    private ReadOnlySequence<byte> _buffer;
    private bool _borrowed;
    private bool _completed;

    public override async ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_borrowed)
            {
                if (_events.TryRead(ref _buffer, out var read))
                {
                    return Make(read);
                }

                _borrowed = false;
                _pipe.AdvanceTo(_buffer.Start, _buffer.End);
            }

            if (_completed)
            {
                return null;
            }

            var result = await _pipe.ReadAsync(cancellationToken);
            _buffer = result.Buffer;
            _borrowed = true;
            _completed = result.IsCompleted;
        }
    }

    public override void Dispose()
    {
        _pipe.Complete();
        _events.Dispose();
        shape.Dispose();
    }

    private Message? Make(in SseEvent read)
    {
        switch (read.Name)
        {
            case "end":
                return null;
            case "error":
                Failure = errors.ReadStreamed(read.Data.Span);
                return null;
            case null when read.Data.Span.SequenceEqual("[DONE]"u8):
                return null;
        }

        return shape.Event(read.Data) with { Id = read.Id, Event = read.Name };
    }
}
