using Google.Rpc;
using Transcoders.Calls;

namespace Transcoders.Tests.Calls;

public sealed class StatusCodeNamesTests
{
    /// <summary>code.proto itself is the oracle.</summary>
    [Fact]
    public void NamesAndNumbers_AreThoseOfCodeProto()
    {
        var values = CodeReflection.Descriptor.EnumTypes.Single(e => e.Name == "Code").Values;
        Assert.Equal(StatusCodeNames.Count, values.Count);
        foreach (var value in values)
        {
            var code = StatusCodeNames.FromNumber(value.Number);
            Assert.Equal(value.Number, (int)code);
            Assert.Equal(value.Name, StatusCodeNames.Name(code));
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(17)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void AnyOtherNumber_IsUnknown(int number)
    {
        Assert.Equal(StatusCode.Unknown, StatusCodeNames.FromNumber(number));
        Assert.Equal("UNKNOWN", StatusCodeNames.Name((StatusCode)number));
    }

    [Fact]
    public void Status_ReadsAsNameAndMessage()
    {
        Assert.Equal("NOT_FOUND: x", new CallStatus(StatusCode.NotFound, "x").ToString());
        Assert.Equal("OK", CallStatus.Ok.ToString());
        Assert.Equal("NOT_FOUND: x", new CallException(StatusCode.NotFound, "x").Message);
    }
}
