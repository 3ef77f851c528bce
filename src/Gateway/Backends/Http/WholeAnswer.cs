using Transcoders.Calls;

namespace Gateway.Backends.Http;

/// <summary>An answer that is one message: the whole body.</summary>
/// <param name="body">The body.</param>
/// <param name="shape">Makes the message; disposed here.</param>
/// <param name="make">Which message; called for a body that is not empty.</param>
/// <param name="emptyIsMessage">An empty body is an empty message; else it is none.</param>
/// <param name="limits">Bounds of the message.</param>
internal sealed class WholeAnswer(
    Stream body, AnswerShape shape, Func<AnswerShape, ReadOnlyMemory<byte>, Message> make, bool emptyIsMessage, CallLimits limits) : AnswerReader
{
    private const int ReadSize = 16 * 1024;

    private readonly PayloadBuffer _content = new(limits.MessageSize);
    private bool _isRead;

    public override async ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_isRead)
        {
            return null;
        }

        _isRead = true;
        while (true)
        {
            var read = await body.ReadAsync(_content.GetMemory(ReadSize), cancellationToken);
            if (read == 0)
            {
                break;
            }

            _content.Advance(read);
            _content.ThrowIfOverLimit();
        }

        return _content.Length > 0 ? make(shape, _content.WrittenMemory)
            : emptyIsMessage ? shape.Empty()
            : null;
    }

    public override void Dispose()
    {
        _content.Dispose();
        shape.Dispose();
    }
}
