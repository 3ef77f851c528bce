using System.Buffers;
using Transcoders.Calls;

namespace Gateway.Sessions;

/// <summary>What a reader found in a stream.</summary>
public enum ReplayRead : byte
{
    /// <summary>Events, or nothing new yet.</summary>
    Going,

    /// <summary>Everything has been read, and nothing follows.</summary>
    Ended,

    /// <summary>Events that this reader has not had are no longer held.</summary>
    Lost,

    /// <summary>Another connection reads on from here.</summary>
    TakenOver,

    /// <summary>The stream is held no longer: the gateway stops, or the client has said that it has everything.</summary>
    Closed,
}

/// <summary>
/// The last events of one answer, numbered from 1, which outlive the connection that reads them: one writer, and one reader at a time.
/// While somebody reads, a full ring makes the writer wait; while nobody does, it drops its oldest.
/// </summary>
/// <remarks>
/// <code>
///   backend ─► relay ─► AppendAsync ─► [ 7 8 9 10 ] ─► Read ─► connection (lost) ─► Attach(8) ─► 9 10 …
/// </code>
/// Without a reader for the linger time it expires: <see cref="Expired"/> fires, and it is forgotten.
/// </remarks>
public sealed class ReplayStream
{
    private const int FirstCapacity = 16;

    private readonly Lock _gate = new();
    private readonly ReplayLimits _limits;
    private readonly CancellationTokenSource _expired = new();
    private readonly ITimer _timer;
    private readonly Action<ReplayStream> _forget;

    private Slot[] _ring = new Slot[FirstCapacity];
    private long _first = 1;
    private long _last;
    private long _bytes;
    private byte[]? _end;
    private Reader? _reader;
    private bool _isClosed;
    private TaskCompletionSource? _news;
    private TaskCompletionSource? _room;

    internal ReplayStream(string key, string routeId, string owner, ReplayLimits limits, TimeProvider clock, Action<ReplayStream> forget)
    {
        Key = key;
        RouteId = routeId;
        Owner = owner;
        _limits = limits;
        _forget = forget;
        _timer = clock.CreateTimer(static state => ((ReplayStream)state!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Names the stream; not to be guessed.</summary>
    public string Key { get; }

    public string RouteId { get; }

    /// <summary>Whose it is; see <see cref="ReplayTable.Find"/>.</summary>
    public string Owner { get; }

    /// <summary>Fires when nobody has come back in time: the call behind the stream ends.</summary>
    public CancellationToken Expired => _expired.Token;

    /// <summary>How the answer opened; null until it has.</summary>
    public ResponseHead? Head { get; private set; }

    /// <summary>How it ended; null while it goes on.</summary>
    public CallStatus? Status { get; private set; }

    /// <summary>True when it ended without any event: the status is then the whole answer.</summary>
    public bool IsEmpty => Volatile.Read(ref _last) == 0;

    /// <summary>The call that writes here, for whoever closes the table.</summary>
    internal Task Writing { get; set; } = Task.CompletedTask;

    public void Open(ResponseHead head)
    {
        lock (_gate)
        {
            Head = head;
            Pulse(ref _news);
        }
    }

    /// <summary>Adds an event, ready for the wire; waits while a reader has yet to read what it would push out.</summary>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> rendered, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (_isClosed)
                {
                    return;
                }

                if (TryMakeRoom(rendered.Length))
                {
                    Add(rendered.Span);
                    Pulse(ref _news);
                    return;
                }

                room = (_room ??= NewSource()).Task;
            }

            await room.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Ends the stream.</summary>
    /// <param name="status">How it ended.</param>
    /// <param name="rendered">The last event, which says so.</param>
    public void Complete(CallStatus status, ReadOnlySpan<byte> rendered)
    {
        lock (_gate)
        {
            Status = status;
            _end = rendered.ToArray();
            Pulse(ref _news);
        }
    }

    /// <summary>Begins to read after an event, in place of whoever read until now; null when the stream has expired or that event was never sent.</summary>
    public Reader? Attach(long after)
    {
        lock (_gate)
        {
            if (_isClosed || after > _last)
            {
                return null;
            }

            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _reader = new Reader(after);
            Pulse(ref _news);
            Pulse(ref _room);
            return _reader;
        }
    }

    /// <summary>The reader has gone; the clock of the linger time starts.</summary>
    public void Detach(Reader reader)
    {
        lock (_gate)
        {
            if (_reader == reader)
            {
                _reader = null;
                Pulse(ref _room);
                if (!_isClosed)
                {
                    _timer.Change(_limits.Linger, Timeout.InfiniteTimeSpan);
                }
            }
        }
    }

    /// <summary>Completes when there is something to read.</summary>
    public Task WaitAsync(Reader reader, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        lock (_gate)
        {
            return _reader != reader || reader.Position < _last || Status is not null
                ? Task.CompletedTask
                : (_news ??= NewSource()).Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Copies what the reader has not had.</summary>
    /// <param name="reader">Who reads.</param>
    /// <param name="output">Gets whole events.</param>
    /// <param name="most">No further event is begun after so many bytes.</param>
    public ReplayRead Read(Reader reader, IBufferWriter<byte> output, int most)
    {
        ArgumentNullException.ThrowIfNull(reader);
        lock (_gate)
        {
            if (_reader != reader)
            {
                return _isClosed ? ReplayRead.Closed : ReplayRead.TakenOver;
            }

            if (reader.Position + 1 < _first)
            {
                return ReplayRead.Lost;
            }

            for (var copied = 0; reader.Position < _last && copied < most;)
            {
                ref var slot = ref At(++reader.Position);
                output.Write(slot.Bytes.AsSpan(0, slot.Length));
                copied += slot.Length;
            }

            Pulse(ref _room);
            if (Status is null || reader.Position < _last)
            {
                return ReplayRead.Going;
            }

            output.Write(_end);
            return ReplayRead.Ended;
        }
    }

    /// <summary>Ends it now: the linger time is over, the client has said that it has everything, or the gateway stops.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
            _reader = null;
            while (_first <= _last)
            {
                DropOldest();
            }

            _ring = [];
            Pulse(ref _news);
            Pulse(ref _room);
        }

        _timer.Dispose();
        _forget(this);
        _expired.Cancel();
    }

    private void Expire()
    {
        lock (_gate)
        {
            // Somebody came back while the timer fired.
            if (_reader is not null)
            {
                return;
            }
        }

        Close();
    }

    private bool TryMakeRoom(int length)
    {
        while (_first <= _last && (_last - _first + 1 >= _limits.Events || _bytes + length > _limits.Bytes))
        {
            if (_reader is not null && _reader.Position < _first)
            {
                return false;
            }

            DropOldest();
        }

        return true;
    }

    private void Add(ReadOnlySpan<byte> rendered)
    {
        var count = (int)(_last - _first + 1);
        if (count == _ring.Length)
        {
            Grow(count);
        }

        var bytes = ArrayPool<byte>.Shared.Rent(rendered.Length);
        rendered.CopyTo(bytes);
        At(++_last) = new Slot(bytes, rendered.Length);
        _bytes += rendered.Length;
    }

    private void Grow(int count)
    {
        var grown = new Slot[Math.Min(count * 2, Math.Max(_limits.Events, count + 1))];
        for (var i = _first; i <= _last; i++)
        {
            grown[i % grown.Length] = At(i);
        }

        _ring = grown;
    }

    private void DropOldest()
    {
        ref var slot = ref At(_first++);
        _bytes -= slot.Length;
        ArrayPool<byte>.Shared.Return(slot.Bytes);
        slot = default;
    }

    private ref Slot At(long sequence) => ref _ring[sequence % _ring.Length];

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static void Pulse(ref TaskCompletionSource? source)
    {
        source?.SetResult();
        source = null;
    }

    private readonly record struct Slot(byte[] Bytes, int Length);

    /// <summary>One connection's place in the stream.</summary>
    public sealed class Reader
    {
        internal Reader(long position) => Position = position;

        /// <summary>The last event it has had.</summary>
        internal long Position { get; set; }
    }
}
