using System.Buffers;
using System.IO.Pipelines;
using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.Sse;

namespace Gateway.Backends.Http;

/// <summary>
/// An answer that is an event stream: a message for each event, up to the one by which it ends or fails. The cluster's `Sse` section says
/// which those are. Source: PROTOCOLS §10.4.
/// </summary>
internal sealed class EventsAnswer(Stream body, AnswerShape shape, SseRules rules, ErrorBodyReader errors, CallLimits limits) : AnswerReader
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
                while (_events.TryRead(ref _buffer, out var read))
                {
                    switch (rules.Judge(read))
                    {
                        case SseMeaning.Message:
                            return shape.Event(read.Data) with { Id = read.Id, Event = read.Name };
                        case SseMeaning.End:
                            End = SseRules.Success(read.Data.Span);
                            return null;
                        case SseMeaning.Failure:
                            End = SseFailure.Read(read.Data.Span, errors);
                            return null;
                        default:
                            break;
                    }
                }

                _borrowed = false;
                _pipe.AdvanceTo(_buffer.Start, _buffer.End);
            }

            if (_completed)
            {
                End = rules.EndsUnannounced ? null : SseRules.Unannounced;
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
}
