using Transcoders.Calls;

namespace Transcoders.Tests.Calls;

public sealed class PayloadBufferTests
{
    private const int Slack = 64 * 1024;

    [Fact]
    public void WhatIsWritten_SurvivesGrowth()
    {
        using var buffer = new PayloadBuffer(10_000_000);
        var expected = new List<byte>();
        var random = new Random(4);
        while (expected.Count < 200_000)
        {
            var chunk = new byte[random.Next(5000)];
            random.NextBytes(chunk);
            expected.AddRange(chunk);
            switch (random.Next(3))
            {
                case 0:
                    buffer.Write(chunk);
                    break;
                case 1:
                    chunk.CopyTo(buffer.GetSpan(chunk.Length));
                    buffer.Advance(chunk.Length);
                    break;
                default:
                    chunk.CopyTo(buffer.GetMemory(chunk.Length));
                    buffer.Advance(chunk.Length);
                    break;
            }
        }

        Assert.True(buffer.WrittenSpan.SequenceEqual([.. expected]));
        Assert.True(buffer.WrittenMemory.Span.SequenceEqual(buffer.WrittenSpan));
    }

    [Fact]
    public void Limit_IsHeldToTheByte_WhereItIsAsked()
    {
        using var buffer = new PayloadBuffer(100);
        buffer.Write(new byte[100]);
        buffer.ThrowIfOverLimit();

        buffer.Write(new byte[1]);

        Assert.Equal(StatusCode.ResourceExhausted, Assert.Throws<CallException>(buffer.ThrowIfOverLimit).Status.Code);
    }

    [Fact]
    public void Growth_StopsAtTheLimitAndItsSlack()
    {
        using var buffer = new PayloadBuffer(100);
        buffer.Reserve(100 + Slack);

        Assert.Equal(StatusCode.ResourceExhausted, Assert.Throws<CallException>(() => buffer.Reserve(1 << 20)).Status.Code);
        Assert.Throws<CallException>(() => Fill(buffer));
    }

    [Fact]
    public void OneHugeReservation_RentsNothing()
    {
        using var buffer = new PayloadBuffer(100);

        Assert.Throws<CallException>(() => buffer.GetSpan(int.MaxValue));
        Assert.Equal(0, buffer.Raw.Length);
    }

    [Fact]
    public void Span_IsNeverEmpty()
    {
        using var buffer = new PayloadBuffer(1);

        Assert.False(buffer.GetSpan().IsEmpty);
        Assert.False(buffer.GetMemory().IsEmpty);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(1 << 20)]
    public void AdvanceBeyondTheSpan_IsRefused(int count)
    {
        using var buffer = new PayloadBuffer(100);
        buffer.GetSpan(10);

        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Advance(count));
    }

    [Fact]
    public void Clear_KeepsTheRoom_DisposeGivesItBack()
    {
        var buffer = new PayloadBuffer(100);
        buffer.Write([1, 2, 3]);
        buffer.Clear();
        Assert.Equal(0, buffer.Length);
        Assert.True(buffer.Raw.Length >= 3);

        buffer.Dispose();
        buffer.Dispose();

        Assert.Equal(0, buffer.Raw.Length);
        Assert.True(buffer.WrittenMemory.IsEmpty);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void LimitOfNothing_IsRefused(int limit) => Assert.Throws<ArgumentOutOfRangeException>(() => new PayloadBuffer(limit));

    private static void Fill(PayloadBuffer buffer)
    {
        for (var i = 0; i < 10_000; i++)
        {
            buffer.Write(new byte[100]);
        }
    }
}
