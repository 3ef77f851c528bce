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
    private readonly AnswerBody _body = new(body, limits.MessageSize);
    private readonly SseReader _events = new(limits.MessageSize);

    public override async ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            while (_events.TryRead(ref _body.Rest, out var read))
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

            if (_body.IsCompleted)
            {
                End = rules.EndsUnannounced ? null : SseRules.Unannounced;
                return null;
            }

            await _body.FillAsync(cancellationToken);
        }
    }

    public override void Dispose()
    {
        _body.Dispose();
        _events.Dispose();
        shape.Dispose();
    }
}
