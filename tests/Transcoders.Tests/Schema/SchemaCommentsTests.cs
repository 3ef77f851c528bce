using Google.Protobuf;
using Google.Protobuf.Reflection;
using Transcoders.Schema;

namespace Transcoders.Tests.Schema;

public sealed class SchemaCommentsTests
{
    [Fact]
    public void CommentOf_KnowsEveryKindOfDeclaration()
    {
        var catalog = Catalog(Shop(
            ([4, 0], " A thing for sale.\n\n   - indented\n", ""),
            ([4, 0, 2, 0], "", " its name, behind it\n"),
            ([4, 0, 8, 0], " what it costs\n", ""),
            ([4, 0, 3, 0], " a part\n", ""),
            ([4, 0, 3, 0, 4, 0, 2, 0], " deep down\n", ""),
            ([5, 0], " colours\n", ""),
            ([5, 0, 2, 0], " none\n", " ignored\n"),
            ([6, 0], " the shop\n", ""),
            ([6, 0, 2, 0], " buys\n", "")));

        var item = catalog.FindMessage("shop.Item")!;
        var part = catalog.FindMessage("shop.Item.Part")!;
        var color = item.File.EnumTypes[0];
        var service = item.File.Services[0];
        Assert.Equal("A thing for sale.\n\n  - indented", catalog.CommentOf(item));
        Assert.Equal("its name, behind it", catalog.CommentOf(item.FindFieldByName("name")));
        Assert.Equal("what it costs", catalog.CommentOf(item.Oneofs[0]));
        Assert.Equal("a part", catalog.CommentOf(part));
        Assert.Equal("deep down", catalog.CommentOf(part.EnumTypes[0].Values[0]));
        Assert.Equal("colours", catalog.CommentOf(color));
        Assert.Equal("none", catalog.CommentOf(color.Values[0]));
        Assert.Equal("the shop", catalog.CommentOf(service));
        Assert.Equal("buys", catalog.CommentOf(service.Methods[0]));
        Assert.Null(catalog.CommentOf(item.FindFieldByName("price")));
    }

    [Fact]
    public void PathsThatLeadNowhere_AreNoComments()
    {
        var catalog = Catalog(Shop(
            ([4, 9], " no such message\n", ""),
            ([4, -1, 2, 0], " a negative index\n", ""),
            ([4, 0, 2], " half a step\n", ""),
            ([6, 0, 2, 0, 3], " an option of a method\n", ""),
            ([4, 0, 2, 0, 8, 1], " an option of a field\n", ""),
            ([12], " the syntax\n", "")));

        Assert.Null(catalog.CommentOf(catalog.FindMessage("shop.Item")!));
        Assert.Null(catalog.CommentOf(catalog.FindMessage("shop.Item")!.FindFieldByName("name")));
    }

    [Fact]
    public void Comments_OutliveAUnion_AndTheFirstOfANameStands()
    {
        var one = Catalog(Shop(([4, 0], " first\n", "")));
        var two = Catalog(Shop(([4, 0], " second\n", ""), ([6, 0], " the shop\n", "")));

        var union = SchemaCatalog.Union(one, two);

        Assert.Equal("first", union.CommentOf(union.FindMessage("shop.Item")!));
        Assert.Equal("the shop", union.CommentOf(union.FindMessage("shop.Item")!.File.Services[0]));
    }

    [Fact]
    public void LongComment_IsCut()
    {
        var catalog = Catalog(Shop(([4, 0], new string('x', 1 << 20), "")));

        Assert.Equal(16 * 1024, catalog.CommentOf(catalog.FindMessage("shop.Item")!)!.Length);
    }

    private static SchemaCatalog Catalog(FileDescriptorProto file) =>
        SchemaCatalog.FromDescriptorSets([new FileDescriptorSet { File = { file } }.ToByteArray()]);

    private static FileDescriptorProto Shop(params (int[] Path, string Leading, string Trailing)[] comments)
    {
        var part = new DescriptorProto { Name = "Part", EnumType = { Enum("Kind", "KIND_NONE") } };
        var item = new DescriptorProto { Name = "Item", NestedType = { part }, OneofDecl = { new OneofDescriptorProto { Name = "cost" } } };
        item.Field.Add(new FieldDescriptorProto { Name = "name", Number = 1, Type = FieldDescriptorProto.Types.Type.String, Label = FieldDescriptorProto.Types.Label.Optional });
        item.Field.Add(new FieldDescriptorProto { Name = "price", Number = 2, Type = FieldDescriptorProto.Types.Type.Int32, Label = FieldDescriptorProto.Types.Label.Optional, OneofIndex = 0 });
        var file = new FileDescriptorProto { Name = "shop.proto", Package = "shop", Syntax = "proto3", MessageType = { item }, EnumType = { Enum("Color", "COLOR_NONE") } };
        file.Service.Add(new ServiceDescriptorProto { Name = "Shop", Method = { new MethodDescriptorProto { Name = "Buy", InputType = ".shop.Item", OutputType = ".shop.Item" } } });
        file.SourceCodeInfo = new SourceCodeInfo();
        foreach (var (path, leading, trailing) in comments)
        {
            file.SourceCodeInfo.Location.Add(new SourceCodeInfo.Types.Location { Path = { path }, LeadingComments = leading, TrailingComments = trailing });
        }

        return file;
    }

    private static EnumDescriptorProto Enum(string name, string value) => new() { Name = name, Value = { new EnumValueDescriptorProto { Name = value, Number = 0 } } };
}
