using System.Net;

namespace Gateway.Backends.Http;

/// <summary>A request body that stays open: it lends its stream to the call until the call has half-closed.</summary>
internal sealed class HttpUpload : HttpContent
{
    private readonly TaskCompletionSource<Stream> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The body's stream, once the request is on its way. Never completes when the request could not be sent.</summary>
    public Task<Stream> Opened => _opened.Task;

    /// <summary>Ends the body.</summary>
    public void Close() => _closed.TrySetResult();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The head leaves at once: a server may answer before the first message.
        await stream.FlushAsync(cancellationToken);
        _opened.TrySetResult(stream);
        await _closed.Task.WaitAsync(cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
