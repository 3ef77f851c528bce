using Google.Protobuf;
using Transcoders.Protos;
using Transcoders.Schema;

namespace Transcoders.Tests.Schema;

public sealed class SchemaDiffTests
{
    private const string Before = """
        syntax = "proto3";
        package shop;
        message Item { string name = 1; int32 price = 2; Kind kind = 3; repeated Item parts = 4; Box box = 5; map<string, int32> stock = 6; }
        message Box { string label = 1; }
        message Other { string label = 1; }
        enum Kind { KIND_NONE = 0; KIND_RED = 1; }
        service Shop { rpc Get(Item) returns (Item); rpc Watch(Item) returns (stream Item); }
        """;

    [Theory]
    [InlineData("rpc Get(Item) returns (Item);", "rpc Get(Item) returns (Item); rpc Put(Item) returns (Item);", "Added: shop.Shop/Put")]
    [InlineData("rpc Get(Item) returns (Item);", "", "Removed: shop.Shop/Get")]
    [InlineData("rpc Get(Item)", "rpc Get(Other)", "Incompatible: shop.Shop/Get request changed from shop.Item to shop.Other")]
    [InlineData("rpc Get(Item) returns (Item)", "rpc Get(Item) returns (Other)", "Incompatible: shop.Shop/Get response changed from shop.Item to shop.Other")]
    [InlineData("returns (stream Item)", "returns (Item)", "Incompatible: shop.Shop/Watch changed from server streaming to unary")]
    [InlineData("int32 price = 2", "string price = 2", "Incompatible: shop.Item.price changed from int32 to string")]
    [InlineData("int32 price = 2;", "", "Incompatible: shop.Item.price (number 2) is gone")]
    [InlineData("int32 price = 2", "int32 price = 9", "Incompatible: shop.Item.price changed from number 2 to 9")]
    [InlineData("int32 price = 2", "int32 cost = 2", "Incompatible: shop.Item.price (number 2) is now called cost, cost in JSON")]
    [InlineData("int32 price = 2", "int32 price = 2 [json_name = \"p\"]", "Incompatible: shop.Item.price (number 2) is now called price, p in JSON")]
    [InlineData("int32 price = 2", "repeated int32 price = 2", "Incompatible: shop.Item.price changed from one to repeated")]
    [InlineData("repeated Item parts = 4", "Item parts = 4", "Incompatible: shop.Item.parts changed from repeated to one")]
    [InlineData("Box box = 5", "Other box = 5", "Incompatible: shop.Item.box changed from shop.Box to shop.Other")]
    [InlineData("message Box { string label = 1; }", "message Box { bytes label = 1; }", "Incompatible: shop.Box.label changed from string to bytes")]
    [InlineData("KIND_RED = 1;", "", "Incompatible: shop.Kind.KIND_RED is gone")]
    [InlineData("KIND_RED = 1", "KIND_RED = 2", "Incompatible: shop.Kind.KIND_RED changed from 1 to 2")]
    [InlineData("map<string, int32> stock", "map<string, int64> stock", "Incompatible: shop.Item.StockEntry.value changed from int32 to int64")]
    [InlineData("string name = 1;", "string name = 1; string more = 7;", "")]
    [InlineData("KIND_RED = 1;", "KIND_RED = 1; KIND_BLUE = 2;", "")]
    [InlineData("message Other { string label = 1; }", "message Other { }", "")]
    public void Change_IsToldInWords(string from, string to, string expected)
    {
        var diff = SchemaDiff.Between(Catalog(Before), Catalog(Before.Replace(from, to, StringComparison.Ordinal)));

        Assert.Equal(expected, string.Join("; ", diff.Changes.Select(static change => $"{change.Kind}: {change.Text}")));
    }

    [Fact]
    public void Changes_AreBounded_AndTheRestIsCounted()
    {
        var many = string.Concat(Enumerable.Range(0, 80).Select(static i => $"rpc M{i}(Item) returns (Item);"));

        var diff = SchemaDiff.Between(Catalog(Before), Catalog(Before.Replace("rpc Get", many + "rpc Get", StringComparison.Ordinal)));

        Assert.Equal((50, 30), (diff.Changes.Count, diff.Untold));
    }

    [Fact]
    public void AreSame_OverlooksCommentsAlone()
    {
        Assert.True(SchemaDiff.AreSame(Catalog(Before), Catalog("// a comment\n" + Before)));
        Assert.False(SchemaDiff.AreSame(Catalog(Before), Catalog(Before.Replace("price", "cost", StringComparison.Ordinal))));
    }

    private static SchemaCatalog Catalog(string text)
    {
        var compiled = ProtoCompiler.Compile(["shop.proto"], name => name == "shop.proto" ? text : null, "memory");
        Assert.Empty(compiled.Problems);
        return SchemaCatalog.FromDescriptorSets([compiled.Files.ToByteArray()]);
    }
}
