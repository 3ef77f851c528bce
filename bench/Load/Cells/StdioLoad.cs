namespace Gateway.Bench.Driver.Cells;

/// <summary>The stdin and stdout of a process that lives as long as the row: so many lines in, so many lines out.</summary>
/// <param name="server">Owned by the row; not disposed here.</param>
/// <param name="line">Sent, with a line end, as often as lines are expected; empty for a stream that comes by itself.</param>
/// <param name="lines">Lines of a call.</param>
internal sealed class StdioLoad(ServerProcess server, byte[] line, int lines) : ILoad
{
    private readonly byte[] _batch = line.Length == 0 ? [] : [.. Enumerable.Range(0, lines).SelectMany(_ => (byte[])[.. line, (byte)'\n'])];
    private readonly byte[] _buffer = new byte[256 * 1024];
    private int _ahead;

    public async Task<int> CallAsync(CancellationToken cancellationToken)
    {
        if (_batch.Length > 0)
        {
            await server.Input.WriteAsync(_batch, cancellationToken);
            await server.Input.FlushAsync(cancellationToken);
        }

        // What came with the lines of the last call was counted with them.
        while (_ahead < lines)
        {
            var read = await server.Output.ReadAsync(_buffer, cancellationToken);
            if (read == 0)
            {
                throw new InvalidDataException($"{server.Name}: stdout ended");
            }

            _ahead += _buffer.AsSpan(0, read).Count((byte)'\n');
        }

        _ahead -= lines;
        return lines;
    }

    public ValueTask DisposeAsync() => default;
}
