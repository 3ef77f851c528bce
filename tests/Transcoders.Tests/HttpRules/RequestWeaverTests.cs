using System.Text;
using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.HttpRules;
using Transcoders.Payloads;
using Transcoders.Schema;
using Transcoders.Tests.HttpRules.Protos;

namespace Transcoders.Tests.HttpRules;

/// <summary>What data files cannot say: allocation, limits, buffers, groups.</summary>
public sealed class RequestWeaverTests
{
    private static readonly HttpRule List = new() { Selector = "rules.v1.Library.ListBooks", Get = "/v1/{parent=projects/*/shelves/*}/books" };

    private static readonly HttpRule Update = new() { Selector = "rules.v1.Library.UpdateBook", Patch = "/v1/{book.name=books/*}", Body = "book" };

    [Fact]
    public void Weave_AllocatesNothing()
    {
        var table = Build(List, Update);
        using var output = new PayloadBuffer(1 << 16);
        var body = Encoding.UTF8.GetBytes("""{"title":"War and Peace","author":{"givenName":"Lev"}}""");

        Allocations.AssertNone(Once);

        void Once()
        {
            output.Clear();
            var get = table.Match("GET", "/v1/projects/a/shelves/b%20c/books").Value!;
            get.Weaver.WeaveUrl("/v1/projects/a/shelves/b%20c/books", "page_size=50&tags=a%20b&filter.author=tolstoy&filter.genre=FICTION", output);
            var patch = table.Match("PATCH", "/v1/books/7").Value!;
            patch.Weaver.Weave("/v1/books/7", "update_mask=title", "PATCH", "application/json", body, output);
        }
    }

    [Fact]
    public void Weave_AppendsToWhatTheBufferHolds()
    {
        var binding = Build(List).Match("GET", "/v1/projects/a/shelves/b/books").Value!;
        using var output = new PayloadBuffer(1 << 16);
        output.Write("kept"u8);
        binding.Weaver.WeaveUrl("/v1/projects/a/shelves/b/books", "page_size=3", output);
        Assert.True(output.WrittenSpan.StartsWith("kept"u8));
        var message = BookRequest.Parser.ParseFrom(output.WrittenSpan[4..]);
        Assert.Equal(new BookRequest { Parent = "projects/a/shelves/b", PageSize = 3 }, message);
    }

    [Fact]
    public void MessageOverTheLimit_IsTheClientsAnd413()
    {
        var binding = Build(Update).Match("PATCH", "/v1/books/7").Value!;
        using var output = new PayloadBuffer(64);
        var body = Encoding.UTF8.GetBytes($$"""{"title":"{{new string('x', 100)}}"}""");
        var error = Assert.Throws<CallException>(() => binding.Weaver.Weave("/v1/books/7", "", "PATCH", "application/json", body, output));
        Assert.Equal(StatusCode.ResourceExhausted, error.Status.Code);
        Assert.Equal(413, error.Status.HttpStatus);
        Assert.Equal(StatusOrigin.Client, error.Status.Origin);
    }

    [Fact]
    public void UrlOverTheLimit_IsRefusedToo()
    {
        var binding = Build(List).Match("GET", "/v1/projects/a/shelves/b/books").Value!;
        using var output = new PayloadBuffer(64);
        var query = "page_token=" + new string('x', 100);
        var error = Assert.Throws<CallException>(() => binding.Weaver.WeaveUrl("/v1/projects/a/shelves/b/books", query, output));
        Assert.Equal(StatusCode.ResourceExhausted, error.Status.Code);
    }

    [Fact]
    public void LongValuesAndManyFields_OutgrowTheStack()
    {
        var binding = Build(List).Match("GET", "/v1/projects/a/shelves/b/books").Value!;
        using var output = new PayloadBuffer(1 << 20);
        var query = new StringBuilder("page_token=").Append('y', 5000);
        var expected = new BookRequest { Parent = "projects/a/shelves/b", PageToken = new string('y', 5000) };

        // Every level of nesting is an entry of its own in the table of set fields.
        var filter = expected.Filter = new Filter();
        var prefix = "filter";
        for (var i = 0; i < 30; i++)
        {
            query.Append('&').Append(prefix).Append(".author=").Append(i);
            filter.Author = $"{i}";
            prefix += ".nested";
            filter = i < 29 ? filter.Nested = new Filter() : filter;
        }

        binding.Weaver.WeaveUrl("/v1/projects/a/shelves/b/books", query.ToString(), output);
        Assert.Equal(expected, BookRequest.Parser.ParseFrom(output.WrittenSpan));
    }

    [Fact]
    public void QueryOfTooManyFields_IsRefused()
    {
        var options = new HttpRuleTableOptions { Weave = new WeaveOptions { MaxParameters = 100_000 } };
        var rule = new HttpRule { Selector = "rules.v1.Library.Everything", Get = "/s" };
        var binding = RuleTables.Build([rule], options, out _).Match("GET", "/s").Value!;
        using var output = new PayloadBuffer(1 << 20);

        // Every leaf of every level of a message that holds itself.
        var query = new StringBuilder();
        for (var depth = 0; depth < 32; depth++)
        {
            foreach (var field in Scalars.Descriptor.Fields.InFieldNumberOrder())
            {
                if (field.Name is not ("struct" or "empty" or "nested"))
                {
                    query.Append('&').Insert(query.Length, "nested.", depth).Append(field.Name).Append('=').Append(field.Name switch
                    {
                        "f_bool" or "w_bool" => "true",
                        "timestamp" or "r_timestamp" => "2024-01-01T00:00:00Z",
                        "duration" => "1s",
                        "f_bytes" or "w_bytes" or "r_bytes" => "AQ",
                        _ => "1",
                    });
                }
            }
        }

        var error = Assert.Throws<CallException>(() => binding.Weaver.WeaveUrl("/s", query.ToString(), output));
        Assert.Equal(StatusCode.InvalidArgument, error.Status.Code);
        Assert.Contains("1024", error.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FieldsOfAGroup_AreWrittenBetweenItsTags()
    {
        var file = new FileDescriptorProto { Name = "group.proto", Package = "g", Syntax = "proto2" };
        var request = new DescriptorProto { Name = "Request" };
        var group = new DescriptorProto { Name = "Part" };
        group.Field.Add(new FieldDescriptorProto { Name = "id", Number = 1, Type = FieldDescriptorProto.Types.Type.Int32, Label = FieldDescriptorProto.Types.Label.Optional });
        request.NestedType.Add(group);
        request.Field.Add(new FieldDescriptorProto { Name = "part", Number = 2, Type = FieldDescriptorProto.Types.Type.Group, TypeName = ".g.Request.Part", Label = FieldDescriptorProto.Types.Label.Optional });
        file.MessageType.Add(request);
        var service = new ServiceDescriptorProto { Name = "S" };
        service.Method.Add(new MethodDescriptorProto { Name = "M", InputType = ".g.Request", OutputType = ".g.Request" });
        file.Service.Add(service);
        var catalog = SchemaCatalog.FromDescriptorSets([new FileDescriptorSet { File = { file } }.ToByteArray()]);
        var options = new HttpRuleTableOptions { Rules = [new HttpRule { Selector = "g.S.M", Get = "/v1/{part.id}" }] };
        var table = HttpRuleTable.Build(catalog.Methods, options, new PayloadPlanCompiler(catalog), out var problems);
        Assert.Empty(problems);

        using var output = new PayloadBuffer(1 << 10);
        table.Match("GET", "/v1/5").Value!.Weaver.WeaveUrl("/v1/5", "", output);
        Assert.Equal("13080514", Convert.ToHexString(output.WrittenSpan));
    }

    [Fact]
    public void Annotation_MakesTheBindings()
    {
        var file = new FileDescriptorProto { Name = "a.proto", Package = "a", Syntax = "proto3", Dependency = { "google/api/annotations.proto" } };
        var request = new DescriptorProto { Name = "R" };
        request.Field.Add(new FieldDescriptorProto { Name = "id", Number = 1, Type = FieldDescriptorProto.Types.Type.String, Label = FieldDescriptorProto.Types.Label.Optional });
        file.MessageType.Add(request);
        var method = new MethodDescriptorProto { Name = "M", InputType = ".a.R", OutputType = ".a.R", Options = new MethodOptions() };
        method.Options.SetExtension(AnnotationsExtensions.Http, new HttpRule { Get = "/v1/{id}", AdditionalBindings = { new HttpRule { Post = "/v1", Body = "*" } } });
        file.Service.Add(new ServiceDescriptorProto { Name = "S", Method = { method } });
        var catalog = SchemaCatalog.FromDescriptorSets([new FileDescriptorSet { File = { file } }.ToByteArray()]);
        var table = HttpRuleTable.Build(catalog.Methods, HttpRuleTableOptions.Default, new PayloadPlanCompiler(catalog), out var problems);
        Assert.Empty(problems);
        Assert.Equal(["GET /v1/{id}", "POST /v1"], table.Bindings.Select(binding => binding.ToString()));
        Assert.Equal("a.S/M", table.Match("GET", "/v1/x").Value!.Method.FullName);
        Assert.True(table.Match("POST", "/a.S/M").Value!.IsAutomatic);
    }

    private static HttpRuleTable Build(params HttpRule[] rules)
    {
        var table = RuleTables.Build(rules, HttpRuleTableOptions.Default, out var problems);
        Assert.Empty(problems);
        return table;
    }
}
