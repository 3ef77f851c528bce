using System.IO.Pipelines;
using Gateway.Backends.WebSocket;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Backends;

public sealed class PingingStreamTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _clock = new();
    private readonly Pipe _in = new();
    private readonly Pipe _out = new();

    [Fact]
    public async Task SilenceWhileSomebodyWaits_IsAskedAbout_AndThenTheEnd()
    {
        using var stream = Open();
        var reading = stream.ReadAsync(new byte[10], Token).AsTask();
        _clock.Advance(Interval);
        _clock.Advance(Interval);

        var ping = await _out.Reader.ReadAtLeastAsync(6, Token);
        Assert.Equal([0x89, 0x80, 0, 0, 0, 0], ping.Buffer.FirstSpan.ToArray());
        Assert.False(reading.IsCompleted);
        _clock.Advance(Patience);

        Assert.Equal(0, await reading.WaitAsync(Token));
    }

    [Fact]
    public async Task AnyByte_IsASignOfLife()
    {
        using var stream = Open();
        var reading = stream.ReadAsync(new byte[10], Token).AsTask();
        _clock.Advance(Interval);
        _clock.Advance(Interval);
        await _out.Reader.ReadAtLeastAsync(6, Token);
        await _in.Writer.WriteAsync(new byte[] { 0x8a, 0 }, Token);
        Assert.Equal(2, await reading);
        reading = stream.ReadAsync(new byte[10], Token).AsTask();

        _clock.Advance(Patience);
        _clock.Advance(Patience);

        Assert.False(reading.IsCompleted);
        await _in.Writer.WriteAsync(new byte[] { 1 }, Token);
        Assert.Equal(1, await reading);
    }

    [Fact]
    public async Task NobodyWaits_NobodyIsAsked()
    {
        using var stream = Open();
        for (var i = 0; i < 10; i++)
        {
            _clock.Advance(Interval);
        }

        await stream.WriteAsync(new byte[] { 0x81 }, Token);
        var written = await _out.Reader.ReadAsync(Token);
        Assert.Equal([0x81], written.Buffer.FirstSpan.ToArray());
        await _in.Writer.WriteAsync(new byte[] { 1 }, Token);
        Assert.Equal(1, await stream.ReadAsync(new byte[10], Token));
    }

    [Fact]
    public async Task AfterTheCloseFrame_NoPingFollows()
    {
        using var stream = Open();
        var reading = stream.ReadAsync(new byte[10], Token).AsTask();
        await stream.WriteAsync(new byte[] { 0x88, 0x80, 0, 0, 0, 0 }, Token);
        var close = await _out.Reader.ReadAsync(Token);
        _out.Reader.AdvanceTo(close.Buffer.End);

        for (var i = 0; i < 10; i++)
        {
            _clock.Advance(Interval);
        }

        Assert.False(_out.Reader.TryRead(out _));
        Assert.False(reading.IsCompleted);
    }

    private static CancellationToken Token => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    private PingingStream Open() => new(new TwoWay(_in, _out), Interval, Patience, _clock);

    /// <summary>Reads one pipe, writes the other; disposing it ends the reader's wait, as closing a connection does.</summary>
    private sealed class TwoWay(Pipe input, Pipe output) : Stream
    {
        private readonly Stream _reader = input.Reader.AsStream();
        private readonly Stream _writer = output.Writer.AsStream();

        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _reader.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _writer.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => _writer.FlushAsync(cancellationToken);

        public override void Flush() => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing) => input.Writer.Complete();
    }
}
