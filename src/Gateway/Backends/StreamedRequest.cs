using System.Net;
using System.Runtime.CompilerServices;

namespace Gateway.Backends;

/// <summary>A request body that stays open: messages are written into it until the call half-closes.</summary>
/// <param name="cancellationToken">Fires when the call is over: what fails then is cancelled, not refused.</param>
internal sealed class StreamedRequest(CancellationToken cancellationToken) : HttpContent
{
    private readonly TaskCompletionSource<Stream> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _sending;
    private Stream? _stream;

    /// <summary>Bytes written since the last flush.</summary>
    public int Unflushed { get; private set; }

    /// <summary>Says which request this is the body of; before the first write.</summary>
    public void SentBy(Task sending) => _sending = sending;

    /// <exception cref="IOException">The server no longer takes messages; its answer says why.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken token)
    {
        var stream = _stream ?? await OpenAsync(token);
        try
        {
            await stream.WriteAsync(bytes, token);
        }
        catch (Exception e) when (e is not IOException && !cancellationToken.IsCancellationRequested)
        {
            throw Refused(e);
        }

        Unflushed += bytes.Length;
    }

    /// <exception cref="IOException">As for <see cref="WriteAsync"/>.</exception>
    public async ValueTask FlushAsync(CancellationToken token)
    {
        if (Unflushed == 0)
        {
            return;
        }

        Unflushed = 0;
        try
        {
            await _stream!.FlushAsync(token);
        }
        catch (Exception e) when (e is not IOException && !cancellationToken.IsCancellationRequested)
        {
            throw Refused(e);
        }
    }

    /// <summary>Ends the body once the request is on its way.</summary>
    /// <exception cref="IOException">The request was never sent.</exception>
    public async ValueTask HalfCloseAsync(CancellationToken token)
    {
        _ = _stream ?? await OpenAsync(token);
        Close();
    }

    /// <summary>Ends the body.</summary>
    public void Close() => _closed.TrySetResult();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The head leaves at once: a server may speak first.
        await stream.FlushAsync(cancellationToken);
        _opened.TrySetResult(stream);
        await _closed.Task.WaitAsync(cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    /// <summary>The body's stream. A request that cannot be sent never opens it: waits for whichever comes first.</summary>
    private async ValueTask<Stream> OpenAsync(CancellationToken token)
    {
        var opened = _opened.Task;
        if (!opened.IsCompleted && await Task.WhenAny(opened, _sending!).WaitAsync(token) != opened && !opened.IsCompleted)
        {
            throw new IOException("The backend ended the call before it took the request.");
        }

        return _stream = await opened;
    }

    /// <summary>The HTTP client stops a body in several ways once the server has answered; to the relay they are one: writing is over.</summary>
    private static IOException Refused(Exception cause) => new("The backend no longer takes messages.", cause);
}
