using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.Schema;

namespace Transcoders.Tests.Schema;

public sealed class SchemaCatalogTests
{
    [Fact]
    public void Method_CarriesNamesShapeRuleAndIdempotency()
    {
        var file = File("shop.proto", "shop.v1", "google/api/annotations.proto");
        file.MessageType.Add(new DescriptorProto { Name = "Item" });
        var options = new MethodOptions { IdempotencyLevel = MethodOptions.Types.IdempotencyLevel.NoSideEffects };
        var rule = new HttpRule { Get = "/v1/items", ResponseBody = "items" };
        rule.AdditionalBindings.Add(new HttpRule { Get = "/v1/all" });
        options.SetExtension(AnnotationsExtensions.Http, rule);
        var service = new ServiceDescriptorProto { Name = "Shop" };
        service.Method.Add(new MethodDescriptorProto { Name = "Watch", InputType = ".shop.v1.Item", OutputType = ".shop.v1.Item", ServerStreaming = true, Options = options });
        service.Method.Add(new MethodDescriptorProto { Name = "Chat", InputType = ".shop.v1.Item", OutputType = ".shop.v1.Item", ServerStreaming = true, ClientStreaming = true });
        file.Service.Add(service);

        var catalog = Catalog(file);

        var watch = catalog.FindMethod("shop.v1.Shop/Watch");
        Assert.NotNull(watch);
        Assert.Equal("/shop.v1.Shop/Watch", watch.Path);
        Assert.Equal("shop.v1.Shop", watch.ServiceName);
        Assert.Equal(CallShape.ServerStreaming, watch.Shape);
        Assert.Equal("shop.v1.Item", watch.Input.FullName);
        Assert.Equal(MethodIdempotency.NoSideEffects, watch.Idempotency);
        var annotation = Assert.Single(watch.HttpRules);
        Assert.Equal("/v1/items", annotation.Get);
        Assert.Equal("items", annotation.ResponseBody);
        Assert.Equal("/v1/all", Assert.Single(annotation.AdditionalBindings).Get);

        var chat = catalog.FindMethod("shop.v1.Shop/Chat");
        Assert.NotNull(chat);
        Assert.Equal(CallShape.Duplex, chat.Shape);
        Assert.Empty(chat.HttpRules);
        Assert.Equal(MethodIdempotency.Unknown, chat.Idempotency);
        Assert.Equal(["shop.v1.Shop/Watch", "shop.v1.Shop/Chat"], catalog.Methods.Select(m => m.FullName));
    }

    [Fact]
    public void FilesInAnyOrder_AreLinkedDependenciesFirst()
    {
        var a = File("a.proto", "p", "b.proto");
        a.MessageType.Add(MessageWith("A", ".p.B"));
        var b = File("b.proto", "p", "c.proto");
        b.MessageType.Add(MessageWith("B", ".p.C"));
        var c = File("c.proto", "p");
        c.MessageType.Add(new DescriptorProto { Name = "C" });

        var catalog = Catalog(a, b, c);

        Assert.Equal("p.C", catalog.FindMessage("p.B")!.Fields[1].MessageType.FullName);
        Assert.Null(catalog.FindMessage("p.D"));
        Assert.NotNull(catalog.FindMessage("p.A".AsSpan()));
    }

    [Fact]
    public void SameFileTwice_WithAndWithoutComments_IsOneFile()
    {
        var plain = File("a.proto", "p");
        plain.MessageType.Add(new DescriptorProto { Name = "A" });
        var commented = plain.Clone();
        commented.SourceCodeInfo = new SourceCodeInfo { Location = { new SourceCodeInfo.Types.Location { LeadingComments = "hello" } } };

        var catalog = SchemaCatalog.FromDescriptorSets([Set(plain), Set(commented)]);

        Assert.Single(catalog.Files, f => f.Name == "a.proto");
    }

    [Fact]
    public void TwoVersionsOfAFile_AreRefusedNamingBothSets()
    {
        var one = File("a.proto", "p");
        var two = File("a.proto", "p");
        two.MessageType.Add(new DescriptorProto { Name = "A" });

        var e = Assert.Throws<SchemaException>(() => SchemaCatalog.FromDescriptorSets([Set(one), Set(two)]));

        Assert.Contains("'a.proto'", e.Message);
        Assert.Contains("descriptor set 1", e.Message);
        Assert.Contains("descriptor set 2", e.Message);
    }

    [Fact]
    public void ForeignVersionOfAWellKnownFile_IsNoConflict()
    {
        var ours = FileDescriptorProto.Parser.ParseFrom(Google.Protobuf.WellKnownTypes.TimestampReflection.Descriptor.SerializedData);
        var theirs = ours.Clone();
        theirs.Options.GoPackage = "elsewhere";

        var catalog = SchemaCatalog.FromDescriptorSets([Set(ours), Set(theirs)]);

        Assert.NotNull(catalog.FindMessage("google.protobuf.Timestamp"));
    }

    [Fact]
    public void MissingImport_IsRefusedNamingFileAndImport()
    {
        var e = Assert.Throws<SchemaException>(() => Catalog(File("a.proto", "p", "gone/b.proto")));

        Assert.Contains("'a.proto'", e.Message);
        Assert.Contains("'gone/b.proto'", e.Message);
    }

    [Fact]
    public void ImportCycle_IsRefused()
    {
        var e = Assert.Throws<SchemaException>(() => Catalog(File("a.proto", "p", "b.proto"), File("b.proto", "p", "a.proto")));

        Assert.Contains("imports it in turn", e.Message);
    }

    [Fact]
    public void LongImportChain_DoesNotOverflowTheStack()
    {
        var files = Enumerable.Range(0, 5000)
            .Select(i => i == 4999 ? File($"f{i}.proto", "p") : File($"f{i}.proto", "p", $"f{i + 1}.proto"))
            .ToArray();

        Assert.Equal(5000, Catalog(files).Files.Count(f => f.Package == "p"));
    }

    [Theory]
    [InlineData("not a descriptor set")]
    [InlineData("\n\u007fshort")]
    public void UnreadableSet_IsRefused(string bytes)
    {
        var e = Assert.Throws<SchemaException>(() => SchemaCatalog.FromDescriptorSets([System.Text.Encoding.UTF8.GetBytes(bytes)]));

        Assert.Contains("descriptor set 1", e.Message);
    }

    [Fact]
    public void UnresolvedType_IsRefused()
    {
        var file = File("a.proto", "p");
        file.MessageType.Add(MessageWith("A", ".p.Missing"));

        var e = Assert.Throws<SchemaException>(() => Catalog(file));

        Assert.Contains("p.Missing", e.Message);
    }

    [Theory]
    [InlineData("google.protobuf.Any")]
    [InlineData("google.protobuf.Struct")]
    [InlineData("google.protobuf.Int64Value")]
    [InlineData("google.rpc.Status")]
    [InlineData("google.rpc.BadRequest.FieldViolation")]
    [InlineData("google.rpc.LocalizedMessage")]
    public void BuiltIn_KnowsStatusDetailsAndWellKnownTypes(string message)
    {
        Assert.NotNull(SchemaCatalog.BuiltIn.FindMessage(message));
        Assert.NotNull(Catalog(File("a.proto", "p")).FindMessage(message));
        Assert.Empty(SchemaCatalog.BuiltIn.Methods);
    }

    [Theory]
    [InlineData("google/api/client.proto")]
    [InlineData("google/api/field_behavior.proto")]
    [InlineData("google/api/resource.proto")]
    [InlineData("google/api/httpbody.proto")]
    [InlineData("google/protobuf/descriptor.proto")]
    [InlineData("google/type/money.proto")]
    [InlineData("google/rpc/status.proto")]
    public void CommonImports_AreFilledIn(string import)
    {
        Assert.Contains(Catalog(File("a.proto", "p", import)).Files, f => f.Name == import);
    }

    [Fact]
    public void Extensions_AreFoundByNameAndNumber()
    {
        var file = File("a.proto", "p");
        file.Syntax = "proto2";
        var message = new DescriptorProto { Name = "A" };
        message.ExtensionRange.Add(new DescriptorProto.Types.ExtensionRange { Start = 100, End = 200 });
        file.MessageType.Add(message);
        file.Extension.Add(Extension("late", 120));
        var scope = new DescriptorProto { Name = "Scope" };
        scope.Extension.Add(Extension("early", 110));
        file.MessageType.Add(scope);

        var catalog = Catalog(file);

        Assert.Equal(120, catalog.FindExtension("p.late")!.FieldNumber);
        Assert.Equal("p.Scope.early", catalog.FindExtension("p.A", 110)!.FullName);
        Assert.Null(catalog.FindExtension("p.A", 111));
        Assert.Equal([110, 120], catalog.FindExtensions("p.A").Select(e => e.FieldNumber));
        Assert.Empty(catalog.FindExtensions("p.Scope"));

        static FieldDescriptorProto Extension(string name, int number) => new()
        {
            Name = name, Number = number, Extendee = ".p.A",
            Type = FieldDescriptorProto.Types.Type.Int32, Label = FieldDescriptorProto.Types.Label.Optional,
        };
    }

    [Fact]
    public void Union_KnowsWhatAllKnow()
    {
        var a = File("a.proto", "a");
        a.MessageType.Add(new DescriptorProto { Name = "A" });
        var b = File("b.proto", "b");
        b.MessageType.Add(new DescriptorProto { Name = "B" });

        var union = SchemaCatalog.Union(Catalog(a), Catalog(b), SchemaCatalog.BuiltIn);

        Assert.NotNull(union.FindMessage("a.A"));
        Assert.NotNull(union.FindMessage("b.B"));
    }

    private static SchemaCatalog Catalog(params FileDescriptorProto[] files) => SchemaCatalog.FromDescriptorSets([Set(files)]);

    private static ReadOnlyMemory<byte> Set(params FileDescriptorProto[] files)
    {
        var set = new FileDescriptorSet();
        set.File.AddRange(files);
        return set.ToByteArray();
    }

    private static FileDescriptorProto File(string name, string package, params string[] imports)
    {
        var file = new FileDescriptorProto { Name = name, Package = package, Syntax = "proto3" };
        file.Dependency.AddRange(imports);
        return file;
    }

    private static DescriptorProto MessageWith(string name, string fieldType)
    {
        var message = new DescriptorProto { Name = name };
        message.Field.Add(new FieldDescriptorProto
        {
            Name = "f", Number = 1, TypeName = fieldType,
            Type = FieldDescriptorProto.Types.Type.Message, Label = FieldDescriptorProto.Types.Label.Optional,
        });
        return message;
    }
}
