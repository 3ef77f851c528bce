using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Gateway.Backends.Stdio;

/// <summary>A child's stderr for a client that wants to read it. What was not read yet waits here, within a bound; then the drain waits, and with it the child.</summary>
internal sealed class StderrTap
{
    private const int MaxWaiting = 16;

    private readonly Channel<byte[]> _chunks =
        Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, SingleWriter = true });

    /// <summary>Takes a copy of what was read; drops it once nobody reads any more.</summary>
    public async ValueTask TakeAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await _chunks.Writer.WriteAsync(bytes.ToArray());
        }
        catch (ChannelClosedException)
        {
            // The call is over: the log still hears of it.
        }
    }

    /// <summary>Nothing follows, or nobody reads any more. Ends a wait on either side.</summary>
    public void End() => _chunks.Writer.TryComplete();

    public bool TryRead([NotNullWhen(true)] out byte[]? chunk) => _chunks.Reader.TryRead(out chunk);

    /// <summary>False when nothing follows.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _chunks.Reader.WaitToReadAsync(cancellationToken);
}
