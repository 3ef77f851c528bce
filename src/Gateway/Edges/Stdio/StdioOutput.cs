using Transcoders.Calls;

namespace Gateway.Edges.Stdio;

/// <summary>Our stdout: what is written leaves whole, one writer at a time, until its reader goes away.</summary>
/// <param name="stream">Not disposed here. An IOException of it means that nobody reads any more.</param>
internal sealed class StdioOutput(Stream stream) : IDisposable
{
    private static readonly CallStatus ReaderGone = new(StatusCode.Cancelled, "Nobody reads the output any more.") { Origin = StatusOrigin.Client };

    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _broken = new();

    /// <summary>Fires when the reader of our stdout has gone.</summary>
    public CancellationToken Broken => _broken.Token;

    /// <exception cref="CallException">CANCELLED when the reader has gone.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_broken.IsCancellationRequested)
            {
                throw new CallException(ReaderGone);
            }

            // A frame that has begun is written to its end: half of one would spoil every frame after it.
            await stream.WriteAsync(bytes, CancellationToken.None);
        }
        catch (IOException e)
        {
            _broken.Cancel();
            throw new CallException(ReaderGone, e);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _turn.Dispose();
        _broken.Dispose();
    }
}
