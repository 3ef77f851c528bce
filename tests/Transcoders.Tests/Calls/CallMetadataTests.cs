using Transcoders.Calls;

namespace Transcoders.Tests.Calls;

public sealed class CallMetadataTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    public void Entries_KeepTheirOrder_BeyondTheCapacity(int capacity)
    {
        var metadata = new CallMetadata(capacity);
        for (var i = 0; i < 50; i++)
        {
            metadata.Add("n" + (i % 3), i.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        Assert.Equal(50, metadata.Count);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), metadata.AsSpan().ToArray().Select(e => e.Value));
        Assert.Equal("n1", metadata[49].Key);
    }

    [Fact]
    public void Find_IgnoresCase_AndTakesTheFirst()
    {
        var metadata = new CallMetadata();
        metadata.Add("X-A", "1");
        metadata.Add("x-a", "2");

        Assert.Equal("1", metadata.Find("x-A"));
        Assert.Null(metadata.Find("x-b"));
    }

    [Fact]
    public void Remove_TakesEveryValue_AndLeavesTheRestInOrder()
    {
        var metadata = new CallMetadata();
        foreach (var name in new[] { "a", "b", "A", "c", "a" })
        {
            metadata.Add(name, name);
        }

        Assert.True(metadata.Remove("a"));
        Assert.False(metadata.Remove("a"));

        Assert.Equal(["b", "c"], metadata.AsSpan().ToArray().Select(e => e.Key));
        Assert.Throws<ArgumentOutOfRangeException>(() => metadata[2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => metadata[-1]);
        metadata.Add("d", "");
        Assert.Equal("d", metadata[2].Key);
    }

    [Fact]
    public void EmptyName_IsRefused_EmptyValueIsNot()
    {
        Assert.Throws<ArgumentException>(() => new CallMetadata().Add("", "x"));
        Assert.Throws<ArgumentNullException>(() => new CallMetadata().Add("x", null!));
    }
}
