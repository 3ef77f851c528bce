using Gateway.Forwarding;

namespace Gateway.Tests.Forwarding;

public sealed class ReplayBodyTests
{
    private static readonly byte[] Sent = [.. Enumerable.Range(0, 100).Select(static i => (byte)i)];

    [Fact]
    public async Task EveryReader_ReadsFromTheStart_HoweverFarTheOneBeforeCame()
    {
        using var body = new ReplayBody(new MemoryStream(Sent), 100);

        Assert.Equal(Sent[..30], await ReadAsync(body.Open(), 30));
        Assert.False(body.IsComplete);
        Assert.Equal(Sent[..10], await ReadAsync(body.Open(), 10));
        Assert.Equal(Sent, await ReadAsync(body.Open(), 1000));
        Assert.True(body.IsComplete);
        Assert.Equal(Sent, await ReadAsync(body.Open(), 1000));
        Assert.True(body.IsWhole);
    }

    [Fact]
    public async Task BodyOverTheLimit_PassesWhole_AndIsNotKept()
    {
        using var body = new ReplayBody(new MemoryStream(Sent), 99);

        Assert.Equal(Sent, await ReadAsync(body.Open(), 1000));
        Assert.False(body.IsWhole);
        Assert.Throws<InvalidOperationException>(body.Open);
    }

    [Fact]
    public async Task ForgottenBody_IsReadOn()
    {
        using var body = new ReplayBody(new MemoryStream(Sent), 100);
        Assert.Equal(Sent[..30], await ReadAsync(body.Open(), 30));
        var second = body.Open();
        Assert.Equal(Sent[..10], await ReadAsync(second, 10));

        body.Forget();

        Assert.Equal(Sent[10..], await ReadAsync(second, 1000));
        Assert.False(body.IsWhole);
    }

    [Fact]
    public async Task ReaderOfAnEarlierAttempt_ReadsNoMore()
    {
        using var body = new ReplayBody(new MemoryStream(Sent), 100);
        var first = body.Open();
        body.Open();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => first.ReadExactlyAsync(new byte[1]).AsTask());
    }

    /// <summary>Reads so many bytes in pieces of seven, or to the end.</summary>
    private static async Task<byte[]> ReadAsync(Stream stream, int count)
    {
        var read = new List<byte>();
        var buffer = new byte[7];
        while (read.Count < count)
        {
            var piece = await stream.ReadAsync(buffer.AsMemory(0, Math.Min(7, count - read.Count)));
            if (piece == 0)
            {
                break;
            }

            read.AddRange(buffer[..piece]);
        }

        return [.. read];
    }
}
