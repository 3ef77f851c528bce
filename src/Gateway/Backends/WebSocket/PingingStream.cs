using System.Runtime.CompilerServices;

namespace Gateway.Backends.WebSocket;

/// <summary>The connection under a client's socket, with pings of our own in it: a server that answers nothing at all while somebody waits for it is gone.</summary>
/// <remarks>
/// Not the keep-alive timeout of .NET's WebSocket: that one also runs while nobody reads, and so takes a healthy server for dead
/// whose pong waits behind messages that a slow client has not taken yet. Pongs are read and dropped by the socket above; here any byte is a sign of life.
/// </remarks>
internal sealed class PingingStream : Stream
{
    private const byte CloseFrame = 0x88;

    /// <summary>FIN and ping, masked, of no length. The mask hides nothing, for there is nothing. Source: RFC 6455 §5.5.2.</summary>
    private static readonly byte[] Ping = [0x89, 0x80, 0, 0, 0, 0];

    private readonly Stream _inner;
    private readonly TimeSpan _interval;
    private readonly TimeSpan _timeout;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ITimer _timer;
    private volatile bool _isReading;
    private volatile bool _isClosing;
    private bool _isAwaited;
    private long _reads;
    private long _seen;

    /// <param name="inner">The connection; disposed with this one.</param>
    /// <param name="interval">Silence after which a ping is sent.</param>
    /// <param name="timeout">Silence after a ping that ends the connection.</param>
    /// <param name="clock">Measures both.</param>
    public PingingStream(Stream inner, TimeSpan interval, TimeSpan timeout, TimeProvider clock)
    {
        _inner = inner;
        _interval = interval;
        _timeout = timeout;
        _timer = clock.CreateTimer(static stream => ((PingingStream)stream!).OnTick(), this, interval, Timeout.InfiniteTimeSpan);
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _reads);
        _isReading = true;
        try
        {
            return await _inner.ReadAsync(buffer, cancellationToken);
        }
        finally
        {
            _isReading = false;
            Interlocked.Increment(ref _reads);
        }
    }

    /// <summary>Each write of the socket above is one whole frame.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            _isClosing |= !buffer.IsEmpty && buffer.Span[0] == CloseFrame;
            await _inner.WriteAsync(buffer, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    public override void Flush() => _inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _timer.Dispose();
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async void OnTick()
    {
        // Silent is a server of which somebody waited for a byte all the time since the last look.
        var reads = Interlocked.Read(ref _reads);
        var isSilent = _isReading && reads == _seen;
        _seen = reads;
        if (_isClosing)
        {
            return;
        }

        if (isSilent && _isAwaited)
        {
            Dispose();
            return;
        }

        _isAwaited = isSilent && await TryPingAsync();
        try
        {
            _timer.Change(_isAwaited ? _timeout : _interval, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // Closed meanwhile.
        }
    }

    /// <summary>False when a message is on its way out, or the connection is gone: then no answer can be expected.</summary>
    private async ValueTask<bool> TryPingAsync()
    {
        if (!_writing.Wait(0, CancellationToken.None))
        {
            return false;
        }

        try
        {
            await _inner.WriteAsync(Ping);
            await _inner.FlushAsync();
            return true;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The read that waits will say it.
            return false;
        }
        finally
        {
            _writing.Release();
        }
    }
}
