using System.Buffers;
using System.IO.Pipelines;
using Transcoders.Calls;

namespace Gateway.Backends.Http;

/// <summary>An answer of text that has no length: a message for each line, as it arrives. Neither LF nor the CR before it is part of one; an empty line is none.</summary>
/// <param name="body">The body.</param>
/// <param name="shape">Makes the messages; disposed here.</param>
/// <param name="limits">Bounds of a line.</param>
internal sealed class LinesAnswer(Stream body, AnswerShape shape, CallLimits limits) : AnswerReader
{
    private readonly PipeReader _pipe = PipeReader.Create(body);
    private readonly PayloadBuffer _joined = new(limits.MessageSize);
    private ReadOnlySequence<byte> _buffer;
    private bool _borrowed;
    private bool _completed;

    public override async ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_borrowed)
            {
                while (TryCut(out var line))
                {
                    if (!line.IsEmpty)
                    {
                        return shape.Text(Join(line));
                    }
                }

                if (_completed)
                {
                    return null;
                }

                if (_buffer.Length > limits.MessageSize)
                {
                    throw new CallException(StatusCode.ResourceExhausted, $"a line is longer than {limits.MessageSize} bytes.");
                }

                _borrowed = false;
                _pipe.AdvanceTo(_buffer.Start, _buffer.End);
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
        _joined.Dispose();
        shape.Dispose();
    }

    private bool TryCut(out ReadOnlySequence<byte> line)
    {
        if (_buffer.PositionOf((byte)'\n') is { } end)
        {
            line = _buffer.Slice(0, end);
            _buffer = _buffer.Slice(_buffer.GetPosition(1, end));
        }
        else
        {
            line = _completed ? _buffer : default;
            _buffer = _completed ? _buffer.Slice(_buffer.End) : _buffer;
            return !line.IsEmpty;
        }

        if (!line.IsEmpty && line.Slice(line.Length - 1).FirstSpan[0] == '\r')
        {
            line = line.Slice(0, line.Length - 1);
        }

        return true;
    }

    private ReadOnlyMemory<byte> Join(in ReadOnlySequence<byte> line)
    {
        if (line.IsSingleSegment)
        {
            return line.First;
        }

        _joined.Clear();
        foreach (var segment in line)
        {
            _joined.Write(segment.Span);
        }

        _joined.ThrowIfOverLimit();
        return _joined.WrittenMemory;
    }
}
