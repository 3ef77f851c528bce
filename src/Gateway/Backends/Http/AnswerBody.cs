using System.Buffers;
using System.IO.Pipelines;
using Transcoders.Calls;

namespace Gateway.Backends.Http;

/// <summary>An answer's body as it arrives: what a reader of messages cuts from, and asks for more of.</summary>
/// <param name="body">The body.</param>
/// <param name="limit">Most bytes of a message that arrives in pieces and is joined.</param>
internal sealed class AnswerBody(Stream body, int limit) : IDisposable
{
    private readonly PipeReader _pipe = PipeReader.Create(body);
    private readonly PayloadBuffer _joined = new(limit);
    private bool _borrowed;

    /// <summary>What has arrived and was not cut off yet; whoever cuts a message off takes it from the front. Valid until the next <see cref="FillAsync"/>.</summary>
    public ReadOnlySequence<byte> Rest;

    /// <summary>True when nothing follows <see cref="Rest"/>.</summary>
    public bool IsCompleted { get; private set; }

    /// <summary>Waits for more, or for the end.</summary>
    /// <exception cref="IOException">The connection was lost.</exception>
    public async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_borrowed)
        {
            _borrowed = false;
            _pipe.AdvanceTo(Rest.Start, Rest.End);
        }

        var result = await _pipe.ReadAsync(cancellationToken);
        Rest = result.Buffer;
        _borrowed = true;
        IsCompleted = result.IsCompleted;
    }

    /// <summary>A message in one piece, valid until the next one or the next <see cref="FillAsync"/>.</summary>
    public ReadOnlyMemory<byte> Join(in ReadOnlySequence<byte> message)
    {
        if (message.IsSingleSegment)
        {
            return message.First;
        }

        _joined.Clear();
        foreach (var segment in message)
        {
            _joined.Write(segment.Span);
        }

        _joined.ThrowIfOverLimit();
        return _joined.WrittenMemory;
    }

    public void Dispose()
    {
        _pipe.Complete();
        _joined.Dispose();
    }
}
