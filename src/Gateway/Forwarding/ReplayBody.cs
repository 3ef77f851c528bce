using Transcoders.Calls;

namespace Gateway.Forwarding;

/// <summary>Keeps what is read of a request body, up to a limit, so that another attempt can read it from the start.</summary>
/// <remarks>A body over the limit is passed on and no longer kept. One reader at a time; opening the body again ends the reader before.</remarks>
internal sealed class ReplayBody(Stream source, int limit) : IDisposable
{
    private readonly PayloadBuffer _kept = new(limit);
    private View? _open;

    /// <summary>True while everything that was read is kept.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>True when the client's end of the body has been read.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The body from its start.</summary>
    /// <exception cref="InvalidOperationException">It is no longer kept.</exception>
    public Stream Open()
    {
        if (!IsWhole)
        {
            throw new InvalidOperationException("The body is not kept: it cannot be read again.");
        }

        _open?.End();
        return _open = new View(this);
    }

    /// <summary>Keeps no more: nobody will read it again. The reader in place reads on.</summary>
    public void Forget() => IsWhole = false;

    public void Dispose()
    {
        Forget();
        _open?.End();
        _kept.Dispose();
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (!IsWhole)
        {
            return;
        }

        if (bytes.Length > limit - _kept.Length)
        {
            IsWhole = false;
            return;
        }

        _kept.Write(bytes);
    }

    /// <summary>One reader: first what is kept, then what the client still sends.</summary>
    private sealed class View(ReplayBody body) : Stream
    {
        private int _position;
        private bool _ended;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void End() => _ended = true;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            var kept = body._kept.Length - _position;
            if (kept > 0)
            {
                var count = Math.Min(kept, buffer.Length);
                body._kept.WrittenSpan.Slice(_position, count).CopyTo(buffer.Span);
                _position += count;
                return new(count);
            }

            return ReadSourceAsync(buffer, cancellationToken);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Request bodies are read asynchronously.");

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private async ValueTask<int> ReadSourceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            if (!body.IsWhole)
            {
                // Nobody else reads what is kept, and this reader is past it.
                body._kept.Dispose();
            }

            var read = await body.ReadSourceAsync(buffer, cancellationToken);
            _position = body._kept.Length;
            return read;
        }
    }

    private async ValueTask<int> ReadSourceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var read = await source.ReadAsync(buffer, cancellationToken);
        if (read > 0)
        {
            Keep(buffer.Span[..read]);
        }
        else if (buffer.Length > 0)
        {
            IsComplete = true;
        }

        return read;
    }
}
