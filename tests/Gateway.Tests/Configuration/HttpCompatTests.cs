using Gateway.Configuration;

namespace Gateway.Tests.Configuration;

public sealed class HttpCompatTests
{
    private static HttpEdgeOptions Read(string http) =>
        ConfigText.Good(ConfigText.WithRoute($"\"Options\": {{ \"Http\": {{ {http} }} }}")).Routes["r"].Options.Http;

    [Fact]
    public void NothingSaid_IsTheGatewaysOwn()
    {
        Assert.Equal(new HttpEdgeOptions(), Read(""));
        Assert.Equal(new HttpEdgeOptions(), Read("\"Compat\": \"none\""));
    }

    [Theory]
    [InlineData("grpc-gateway")]
    [InlineData("grpc-gateway-v1")]
    [InlineData("envoy")]
    [InlineData("aspnet")]
    [InlineData("ASPNET")]
    public void Preset_SetsItsDefaults(string preset)
    {
        var options = Read($"\"Compat\": \"{preset}\"");

        Assert.Equal(HttpCompat.Defaults(preset.ToLowerInvariant()), options);
        Assert.NotEqual(new HttpEdgeOptions(), options);
    }

    [Fact]
    public void KeyOfTheFile_GoesBeforeThePreset()
    {
        var options = Read("""
            "EmitNulls": false, "Stream": "ndjson", "PatchMask": "off", "UnknownQuery": "reject", "EmitDefaults": false, "MapQuery": false,
            "UnknownFields": "reject", "UnexpectedBody": "reject", "GrpcMetadata": false, "Compat": "grpc-gateway"
            """);

        Assert.Equal(new HttpEdgeOptions { Compat = "grpc-gateway" }, options);
    }

    [Fact]
    public void EveryKey_ReachesItsRecord()
    {
        var options = Read("""
            "FieldConflicts": "Body-Wins", "UnexpectedBody": "ignore", "SystemParameters": "ignore", "PlusAsSpace": false, "CaseInsensitiveEnums": true,
            "EmptyBoolAsTrue": true, "MapQuery": true, "FullyDecodeReservedExpansion": false, "PatchMask": "body", "Int64AsNumbers": true, "EmitNulls": true,
            "GrpcMetadata": true
            """);

        Assert.Equal(
            new HttpEdgeOptions
            {
                FieldConflicts = "body-wins",
                UnexpectedBody = "ignore",
                SystemParameters = "ignore",
                PlusAsSpace = false,
                CaseInsensitiveEnums = true,
                EmptyBoolAsTrue = true,
                MapQuery = true,
                FullyDecodeReservedExpansion = false,
                PatchMask = "body",
                Int64AsNumbers = true,
                EmitNulls = true,
                GrpcMetadata = true,
            },
            options);
    }

    [Fact]
    public void UnknownPreset_IsRefusedByName() =>
        Assert.Contains("'envoi' is none of none, grpc-gateway, grpc-gateway-v1, envoy, aspnet (did you mean 'envoy'?)", ConfigText.Problem(ConfigText.WithRoute("\"Options\": { \"Http\": { \"Compat\": \"envoi\" } }")));
}
