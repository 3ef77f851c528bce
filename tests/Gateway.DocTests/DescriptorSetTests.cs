using Gateway.DocTests.Running;

namespace Gateway.DocTests;

/// <summary>Committed descriptor sets are what their .proto files give.</summary>
public sealed class DescriptorSetTests
{
    [Fact]
    public async Task CommittedSets_AreCurrent()
    {
        using var shell = new Shell();
        Assert.Equal("", await shell.RunAsync("scripts/make-descriptors.sh --check"));
    }
}
