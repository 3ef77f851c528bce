using System.Net;

namespace Gateway.Backends.Grpc;

/// <summary>A request body of one frame, known whole: it leaves together with END_STREAM.</summary>
internal sealed class GrpcUnaryContent(ReadOnlyMemory<byte> frame) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        stream.WriteAsync(frame).AsTask();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        stream.WriteAsync(frame, cancellationToken).AsTask();

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}

/// <summary>A request body that stays open: it lends its stream to the call until the call has half-closed.</summary>
internal sealed class GrpcStreamingContent : HttpContent
{
    private readonly TaskCompletionSource<Stream> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The body's stream, once the request is on its way. Never completes when the request could not be sent.</summary>
    public Task<Stream> Opened => _opened.Task;

    /// <summary>Ends the body; END_STREAM leaves.</summary>
    public void Close() => _closed.TrySetResult();

    /// <summary>Gives the body up: whoever waits for its stream learns that the request failed.</summary>
    public void Fail() => _opened.TrySetException(new IOException("The request could not be sent."));

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
}
