using System.Buffers;
using System.Text;
using Gateway.Sessions;
using Microsoft.Extensions.Time.Testing;
using Transcoders.Calls;

namespace Gateway.Tests.Sessions;

public sealed class ReplayStreamTests : IAsyncDisposable
{
    private static readonly ReplayLimits Limits = new(Events: 4, Bytes: 1000, TimeSpan.FromSeconds(30), Streams: 2);

    private readonly FakeTimeProvider _clock = new();
    private readonly ReplayTable _table;
    private int _keys;

    public ReplayStreamTests()
    {
        _table = new ReplayTable(_clock);
    }

    public ValueTask DisposeAsync() => _table.DisposeAsync();

    [Fact]
    public async Task Reader_GetsEverythingOnce()
    {
        var stream = Open();
        var reader = stream.Attach(0)!;
        await AppendAsync(stream, "a", "b");
        Assert.Equal((ReplayRead.Going, "ab"), Read(stream, reader));
        Assert.Equal((ReplayRead.Going, ""), Read(stream, reader));
        await AppendAsync(stream, "c");
        stream.Complete(CallStatus.Ok, "."u8);
        Assert.Equal((ReplayRead.Ended, "c."), Read(stream, reader));
    }

    [Fact]
    public async Task NextReader_GoesOnAfterTheLastIdItNames()
    {
        var stream = Open();
        var first = stream.Attach(0)!;
        await AppendAsync(stream, "a", "b", "c");
        Read(stream, first);
        stream.Detach(first);
        await AppendAsync(stream, "d");

        Assert.Equal((ReplayRead.Going, "cd"), Read(stream, stream.Attach(2)!));
    }

    [Fact]
    public async Task SecondReader_TakesOver()
    {
        var stream = Open();
        var first = stream.Attach(0)!;
        await AppendAsync(stream, "a");
        Read(stream, first);
        var waiting = stream.WaitAsync(first, CancellationToken.None);
        Assert.False(waiting.IsCompleted);

        var second = stream.Attach(1)!;
        await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal((ReplayRead.TakenOver, ""), Read(stream, first));

        // The first one's leaving is nobody's business any more.
        stream.Detach(first);
        await AppendAsync(stream, "b");
        Assert.Equal((ReplayRead.Going, "b"), Read(stream, second));
    }

    [Fact]
    public async Task FullRing_MakesTheWriterWaitForAReaderThatIsBehind()
    {
        var stream = Open();
        var reader = stream.Attach(0)!;
        await AppendAsync(stream, "a", "b", "c", "d");
        var waiting = stream.AppendAsync("e"u8.ToArray(), CancellationToken.None).AsTask();
        Assert.False(waiting.IsCompleted);

        Assert.Equal((ReplayRead.Going, "abcd"), Read(stream, reader));
        await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal((ReplayRead.Going, "e"), Read(stream, reader));
    }

    [Fact]
    public async Task FullRing_DropsItsOldestWhileNobodyReads_AndSaysSo()
    {
        var stream = Open();
        var reader = stream.Attach(0)!;
        await AppendAsync(stream, "a");
        Read(stream, reader);
        stream.Detach(reader);
        await AppendAsync(stream, "b", "c", "d", "e", "f");

        Assert.Equal((ReplayRead.Lost, ""), Read(stream, stream.Attach(1)!));
        Assert.Equal((ReplayRead.Going, "cdef"), Read(stream, stream.Attach(2)!));
    }

    [Fact]
    public async Task ReaderThatLeaves_LetsTheWriterGoOn()
    {
        var stream = Open();
        var reader = stream.Attach(0)!;
        await AppendAsync(stream, "a", "b", "c", "d");
        var waiting = stream.AppendAsync("e"u8.ToArray(), CancellationToken.None).AsTask();
        stream.Detach(reader);
        await waiting.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Bytes_AreBounded_AndAnEventLargerThanTheBoundIsHeldAlone()
    {
        var stream = Open();
        await AppendAsync(stream, new string('a', 600), new string('b', 600));
        Assert.Equal((ReplayRead.Lost, ""), Read(stream, stream.Attach(0)!));
        Assert.Equal(new string('b', 600), Read(stream, stream.Attach(1)!).Text);
        await AppendAsync(stream, new string('c', 5000));
        Assert.Equal(new string('c', 5000), Read(stream, stream.Attach(2)!).Text);
    }

    [Fact]
    public async Task LongStream_StaysInOrder()
    {
        var stream = _table.Open("long", "route", "me", Limits with { Events = 100, Bytes = 1_000_000 })!;
        var reader = stream.Attach(0)!;
        var seen = new StringBuilder();
        var expected = new StringBuilder();
        for (var i = 0; i < 1000; i++)
        {
            await AppendAsync(stream, $"{i},");
            expected.Append(i).Append(',');
            if (i % 70 == 0)
            {
                seen.Append(Read(stream, reader).Text);
            }
        }

        seen.Append(Read(stream, reader).Text);
        Assert.Equal(expected.ToString(), seen.ToString());
    }

    [Fact]
    public void Linger_EndsAStreamNobodyReads()
    {
        var stream = Open();
        var reader = stream.Attach(0)!;
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.False(stream.Expired.IsCancellationRequested);

        stream.Detach(reader);
        _clock.Advance(TimeSpan.FromSeconds(29));
        Assert.False(stream.Expired.IsCancellationRequested);
        stream.Detach(stream.Attach(0)!);
        _clock.Advance(TimeSpan.FromSeconds(29));
        Assert.False(stream.Expired.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.True(stream.Expired.IsCancellationRequested);
        Assert.Null(stream.Attach(0));
        Assert.Null(_table.Find(stream.Key, "route", "me"));
        Assert.Equal(0, _table.Counts.Single().Value);
    }

    [Fact]
    public void EventThatWasNeverSent_IsNoPlaceToGoOn() => Assert.Null(Open().Attach(1));

    [Fact]
    public void OtherOwnerOrRoute_FindsNothing()
    {
        var stream = Open();
        Assert.Same(stream, _table.Find(stream.Key, "route", "me"));
        Assert.Null(_table.Find(stream.Key, "route", "you"));
        Assert.Null(_table.Find(stream.Key, "other", "me"));
        _table.Release(stream.Key, "route", "you");
        Assert.False(stream.Expired.IsCancellationRequested);
        _table.Release(stream.Key, "route", "me");
        Assert.True(stream.Expired.IsCancellationRequested);
    }

    [Fact]
    public void Streams_AreBoundedByRoute()
    {
        var first = Open();
        Open();
        Assert.Null(_table.Open("third", "route", "me", Limits));
        Assert.NotNull(_table.Open("fourth", "other", "me", Limits));
        _table.Release(first.Key, "route", "me");
        Assert.NotNull(_table.Open("fifth", "route", "me", Limits));
    }

    private ReplayStream Open() => _table.Open($"key{_keys++}", "route", "me", Limits)!;

    private static async Task AppendAsync(ReplayStream stream, params string[] events)
    {
        foreach (var text in events)
        {
            await stream.AppendAsync(Encoding.UTF8.GetBytes(text), CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        }
    }

    private static (ReplayRead Found, string Text) Read(ReplayStream stream, ReplayStream.Reader reader)
    {
        var output = new ArrayBufferWriter<byte>();
        var found = stream.Read(reader, output, int.MaxValue);
        return (found, Encoding.UTF8.GetString(output.WrittenSpan));
    }
}
