using Transcoders.Calls;

namespace Gateway.Backends.Http;

/// <summary>An answer of raw bytes, a message for each piece that arrives: chunks carry no meaning, so none is joined.</summary>
internal sealed class ChunkedAnswer(Stream body, AnswerShape shape) : AnswerReader
{
    private const int ReadSize = 16 * 1024;

    private readonly PayloadBuffer _chunk = new(ReadSize);

    public override async ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        _chunk.Clear();
        var room = _chunk.GetMemory(ReadSize);
        var read = await body.ReadAsync(room[..ReadSize], cancellationToken);
        if (read == 0)
        {
            return null;
        }

        _chunk.Advance(read);
        return shape.Bytes(_chunk.WrittenMemory);
    }

    public override void Dispose()
    {
        _chunk.Dispose();
        shape.Dispose();
    }
}
