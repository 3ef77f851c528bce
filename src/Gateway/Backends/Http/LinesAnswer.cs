using System.Buffers;
using Transcoders.Calls;

namespace Gateway.Backends.Http;

/// <summary>An answer of text that has no length: a message for each line, as it arrives. Neither LF nor the CR before it is part of one; an empty line is none.</summary>
/// <param name="body">The body.</param>
/// <param name="shape">Makes the messages; disposed here.</param>
/// <param name="limits">Bounds of a line.</param>
internal sealed class LinesAnswer(Stream body, AnswerShape shape, CallLimits limits) : AnswerReader
{
    private readonly AnswerBody _body = new(body, limits.MessageSize);

    public override async ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            while (TryCut(out var line))
            {
                if (!line.IsEmpty)
                {
                    return shape.Text(_body.Join(line));
                }
            }

            if (_body.IsCompleted)
            {
                return null;
            }

            if (_body.Rest.Length > limits.MessageSize)
            {
                throw new CallException(StatusCode.ResourceExhausted, $"a line is longer than {limits.MessageSize} bytes.");
            }

            await _body.FillAsync(cancellationToken);
        }
    }

    public override void Dispose()
    {
        _body.Dispose();
        shape.Dispose();
    }

    private bool TryCut(out ReadOnlySequence<byte> line)
    {
        if (_body.Rest.PositionOf((byte)'\n') is { } end)
        {
            line = _body.Rest.Slice(0, end);
            _body.Rest = _body.Rest.Slice(_body.Rest.GetPosition(1, end));
        }
        else
        {
            line = _body.IsCompleted ? _body.Rest : default;
            _body.Rest = _body.IsCompleted ? _body.Rest.Slice(_body.Rest.End) : _body.Rest;
            return !line.IsEmpty;
        }

        if (!line.IsEmpty && line.Slice(line.Length - 1).FirstSpan[0] == '\r')
        {
            line = line.Slice(0, line.Length - 1);
        }

        return true;
    }
}
