using System.Text;
using System.Text.Json.Nodes;
using Google.Api;
using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.HttpRules;
using Transcoders.Payloads;
using Transcoders.Schema;

namespace Transcoders.Tests.HttpRules;

public sealed class RequestUnweaverTests
{
    private static readonly SchemaCatalog LibraryCatalog =
        SchemaCatalog.FromDescriptorSets([File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "TestData", "library.binpb"))]);

    /// <summary>The rule, the message, and the request it becomes.</summary>
    public static TheoryData<string, string, string> Requests { get; } = new()
    {
        { """{"get":"/v1/{name}"}""", """{"name":"a b/ä~"}""", "GET /v1/a%20b%2F%C3%A4~" },
        { """{"get":"/v1/{name=shelves/*/books/*}"}""", """{"name":"shelves/1/books/a b"}""", "GET /v1/shelves/1/books/a%20b" },
        { """{"get":"/v1/{name=files/**}:get"}""", """{"name":"files/a/b:c"}""", "GET /v1/files/a/b%3Ac:get" },
        { """{"get":"/v1/{name=files/**/end}"}""", """{"name":"files/end"}""", "GET /v1/files/end" },
        { """{"get":"/v1/{id}"}""", """{}""", "GET /v1/0" },
        { """{"get":"/"}""", """{}""", "GET /" },
        { """{"get":"/v1"}""", """{"pageSize":5,"tags":["a&b","c"],"filter":{"author":"x","years":[1,2],"genre":"FICTION"}}""", "GET /v1?pageSize=5&filter.author=x&filter.genre=FICTION&filter.years=1&filter.years=2&tags=a%26b&tags=c" },
        { """{"get":"/v1"}""", """{"revision":0,"byTitle":"","pageSize":0,"otherName":"y","updateMask":"displayName,a.b"}""", "GET /v1?updateMask=displayName%2Ca.b&byTitle=&revision=0&otherName=y" },
        { """{"patch":"/v1/{book.name=books/*}","body":"book"}""", """{"book":{"name":"books/7","title":"x","author":{"givenName":"L"}},"updateMask":"title"}""", """PATCH /v1/books/7?updateMask=title {"title":"x","author":{"givenName":"L"}}""" },
        { """{"post":"/v1/{name}:act","body":"*"}""", """{"name":"n","labels":{"a":"b"},"id":"9"}""", """POST /v1/n:act {"labels":{"a":"b"},"id":"9"}""" },
        { """{"post":"/v1/{book.name}","body":"*"}""", """{"book":{"name":"n"},"pageSize":1}""", """POST /v1/n {"book":{},"pageSize":1}""" },
        { """{"post":"/v1","body":"*"}""", """{"pageSize":1}""", """POST /v1 {"pageSize":1}""" },
        { """{"post":"/v1","body":"books"}""", """{"books":[{"name":"a"}],"pageSize":1}""", """POST /v1?pageSize=1 [{"name":"a"}]""" },
        { """{"post":"/v1","body":"book"}""", """{"pageSize":1}""", "POST /v1?pageSize=1" },
        { """{"custom":{"kind":"*","path":"/v1/{name}"}}""", """{"name":"n"}""", "GET /v1/n" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public void Message_BecomesTheRequestOfItsRule(string rule, string json, string request)
    {
        var unweaver = Compile(RuleTables.Catalog, "rules.v1.Library.GetBook", rule);

        Assert.Equal(request, Show(unweaver, Wire(RuleTables.Catalog, "rules.v1.BookRequest", json)));
    }

    [Theory]
    [InlineData("""{"get":"/v1/{name}"}""", "{}", "name: the path needs it, and it is empty.")]
    [InlineData("""{"get":"/v1/{revision}"}""", "{}", "revision: the path needs it, and it is not set.")]
    [InlineData("""{"get":"/v1/{name=a/*}"}""", """{"name":"b/c"}""", "name: the path needs a value like 'a/*', and it is 'b/c'.")]
    [InlineData("""{"get":"/v1/{name=a/*}"}""", """{"name":"a/"}""", "name: the path needs a value like 'a/*', and it is 'a/'.")]
    [InlineData("""{"get":"/v1/{name=a/*}"}""", """{"name":"a/b/c"}""", "name: the path needs a value like 'a/*', and it is 'a/b/c'.")]
    [InlineData("""{"get":"/v1/{name}"}""", """{"name":".."}""", "name: a path cannot carry a segment of dots alone.")]
    [InlineData("""{"get":"/v1/{name=**}"}""", """{"name":"a/../b"}""", "name: a path cannot carry a segment of dots alone.")]
    [InlineData("""{"get":"/v1"}""", """{"labels":{"a":"b"}}""", "labels: a field of this type can only be carried by a body, and the rule has none for it.")]
    [InlineData("""{"get":"/v1"}""", """{"books":[{}]}""", "books: a field of this type can only be carried by a body, and the rule has none for it.")]
    public void WhatTheUrlCannotCarry_IsRefusedByName(string rule, string json, string message)
    {
        var unweaver = Compile(RuleTables.Catalog, "rules.v1.Library.GetBook", rule);
        using var body = new PayloadBuffer(1024);

        var status = Assert.Throws<CallException>(() => unweaver.Unweave(Wire(RuleTables.Catalog, "rules.v1.BookRequest", json), body)).Status;

        Assert.Equal(message, status.Message);
        Assert.Equal(StatusCode.InvalidArgument, status.Code);
        Assert.Equal(StatusOrigin.Client, status.Origin);
        Assert.False(status.Details.IsEmpty);
    }

    [Fact]
    public void UrlOverTheLimit_IsRefused()
    {
        var unweaver = Compile(RuleTables.Catalog, "rules.v1.Library.GetBook", """{"get":"/v1"}""");
        using var body = new PayloadBuffer(1024);
        var message = Wire(RuleTables.Catalog, "rules.v1.BookRequest", $$"""{"name":"{{new string('x', RequestUnweaver.MaxTargetLength)}}"}""");

        var status = Assert.Throws<CallException>(() => unweaver.Unweave(message, body)).Status;

        Assert.Equal((StatusCode.ResourceExhausted, 414), (status.Code, status.HttpStatus));
    }

    [Fact]
    public void FieldThatCameTwice_IsWrittenOnce_AsItsLastValue()
    {
        var unweaver = Compile(RuleTables.Catalog, "rules.v1.Library.GetBook", """{"get":"/v1/{name}"}""");
        byte[] message = [.. Wire(RuleTables.Catalog, "rules.v1.BookRequest", """{"name":"a","pageSize":1}""").Span, .. Wire(RuleTables.Catalog, "rules.v1.BookRequest", """{"name":"b","pageSize":2}""").Span];

        Assert.Equal("GET /v1/b?pageSize=2", Show(unweaver, message));
    }

    [Fact]
    public void WildcardOutsideAVariable_HasNoWayBack()
    {
        var binding = Bind(RuleTables.Catalog, "rules.v1.Library.GetBook", """{"get":"/v1/*/{name}"}""");

        Assert.Null(RequestUnweaver.Compile(binding, new PayloadPlanCompiler(RuleTables.Catalog), out var problem));
        Assert.Contains("wildcard outside a variable", problem);
    }

    [Fact]
    public void HttpBody_GoesAsItIs()
    {
        var unweaver = Compile(RuleTables.Catalog, "rules.v1.Library.Upload", """{"post":"/v1/{id}","body":"content"}""");
        var message = Wire(RuleTables.Catalog, "rules.v1.UploadRequest", """{"id":"7","note":"n","content":{"contentType":"image/png","data":"/+8="}}""");
        using var body = new PayloadBuffer(1024);

        var request = unweaver.Unweave(message, body);

        Assert.Equal(new UnwovenRequest("/v1/7?note=n", true, "image/png"), request);
        Assert.Equal([0xff, 0xef], body.WrittenSpan.ToArray());
    }

    [Fact]
    public void LaterMessages_AreTheirBodyAlone()
    {
        var unweaver = Compile(RuleTables.Catalog, "rules.v1.Library.GetBook", """{"patch":"/v1/{book.name}","body":"book"}""");
        using var body = new PayloadBuffer(1024);

        unweaver.UnweaveBody(Wire(RuleTables.Catalog, "rules.v1.BookRequest", """{"book":{"name":"n","title":"t"},"labels":{"a":"b"}}"""), body);

        Assert.Equal("""{"title":"t"}""", Encoding.UTF8.GetString(body.WrittenSpan));
    }

    [Theory]
    [InlineData("BookRequest", """{"get":"/v1/{parent=projects/*/shelves/*}/books"}""", """{"parent":"projects/a b/shelves/ü"}""", true)]
    [InlineData("BookRequest", """{"patch":"/v1/{book.name=books/*}","body":"book"}""", """{"book":{"name":"books/7","title":"t"}}""", true)]
    [InlineData("BookRequest", """{"post":"/v1/{name=**}:act","body":"*"}""", """{"name":"a/b%2Fc"}""", false)]
    [InlineData("BookRequest", """{"put":"/v1/{filter.nested.author}/x","body":"*"}""", """{"filter":{"nested":{"author":"a:b"}}}""", false)]
    [InlineData("Scalars", """{"get":"/v1/{f_int32}/{f_string}/{f_bool}/{f_enum}/{f_bytes}/{timestamp}/{w_bytes}"}""", """{"fString":"x","fBytes":"+/8=","timestamp":"2024-02-29T12:00:00Z","wBytes":"AQ=="}""", true)]
    [InlineData("Scalars", """{"post":"/v1","body":"*"}""", "{}", false)]
    public void UnwovenThenWoven_IsTheSameMessage(string type, string rule, string needed, bool forUrl)
    {
        var binding = Bind(RuleTables.Catalog, type == "Scalars" ? "rules.v1.Library.Everything" : "rules.v1.Library.GetBook", rule);
        RoundTrips(RuleTables.Catalog, binding, JsonNode.Parse(needed)!.AsObject(), forUrl);
    }

    [Fact]
    public void EveryMethodOfTheLibrary_RoundTrips()
    {
        var needed = JsonNode.Parse("""{"name":"shelves/1/books/2","parent":"shelves/1","book":{"name":"shelves/1/books/2","title":"t"}}""")!.AsObject();
        var table = HttpRuleTable.Build(LibraryCatalog.Methods, HttpRuleTableOptions.Default, new PayloadPlanCompiler(LibraryCatalog), out _);
        foreach (var binding in table.Bindings.Concat(table.AutomaticBindings.Values))
        {
            var ofMethod = new JsonObject();
            foreach (var (key, value) in needed)
            {
                if (binding.Method.Input.FindFieldByName(key) is not null)
                {
                    ofMethod[key] = value!.DeepClone();
                }
            }

            foreach (var variable in binding.Template.Variables)
            {
                if (binding.Method.Input.FindFieldByName(variable.FieldPath) is { FieldType: FieldType.String } field && !ofMethod.ContainsKey(field.JsonName))
                {
                    ofMethod[field.JsonName] = "v";
                }
            }

            RoundTrips(LibraryCatalog, binding, ofMethod, !binding.BodyIsWhole);
        }
    }

    private static void RoundTrips(SchemaCatalog catalog, HttpBinding binding, JsonObject needed, bool forUrl)
    {
        var plans = new PayloadPlanCompiler(catalog);
        var toJson = plans.ProtobufToJson(binding.Method.Input);
        var unweaver = RequestUnweaver.Compile(binding, plans, out _)!;
        for (var seed = 0; seed < 200; seed++)
        {
            var json = new RandomJson(new Random(seed)).Message(binding.Method.Input, forUrl);
            foreach (var (key, value) in needed)
            {
                json[key] = value!.DeepClone();
            }

            var message = Wire(catalog, binding.Method.Input.FullName, json.ToJsonString());
            using var body = new PayloadBuffer(1 << 20);
            var request = unweaver.Unweave(message, body);
            using var woven = new PayloadBuffer(1 << 20);
            var question = request.Target.IndexOf('?', StringComparison.Ordinal);
            var path = question < 0 ? request.Target : request.Target[..question];
            binding.Weaver.Weave(path, question < 0 ? "" : request.Target[(question + 1)..], unweaver.Verb, request.ContentType, body.WrittenSpan, woven);

            using var before = new PayloadBuffer(1 << 20);
            using var after = new PayloadBuffer(1 << 20);
            toJson.Convert(message.Span, before);
            toJson.Convert(woven.WrittenSpan, after);
            Assert.Equal(Shown(before, forUrl), Shown(after, forUrl));
        }
    }

    /// <summary>The message as JSON; an empty message leaves no trace in a query.</summary>
    private static string Shown(PayloadBuffer json, bool withoutEmpty)
    {
        var node = JsonNode.Parse(json.WrittenSpan)!;
        if (withoutEmpty)
        {
            Prune(node.AsObject());
        }

        return node.ToJsonString();
    }

    private static void Prune(JsonObject json)
    {
        foreach (var (name, value) in json.ToList())
        {
            if (value is JsonObject nested)
            {
                Prune(nested);
                if (nested.Count == 0)
                {
                    json.Remove(name);
                }
            }
        }
    }

    private static string Show(RequestUnweaver unweaver, ReadOnlyMemory<byte> message)
    {
        using var body = new PayloadBuffer(1 << 20);
        var request = unweaver.Unweave(message, body);
        Assert.Equal(request.HasBody, body.Length > 0);
        Assert.Equal(request.HasBody ? "application/json" : null, request.ContentType);
        return $"{unweaver.Verb} {request.Target} {Encoding.UTF8.GetString(body.WrittenSpan)}".TrimEnd();
    }

    private static RequestUnweaver Compile(SchemaCatalog catalog, string selector, string rule)
    {
        var unweaver = RequestUnweaver.Compile(Bind(catalog, selector, rule), new PayloadPlanCompiler(catalog), out var problem);
        Assert.Null(problem);
        return unweaver!;
    }

    private static HttpBinding Bind(SchemaCatalog catalog, string selector, string rule)
    {
        var parsed = Google.Protobuf.JsonParser.Default.Parse<HttpRule>(rule);
        parsed.Selector = selector;
        var table = HttpRuleTable.Build(catalog.Methods, new HttpRuleTableOptions { Rules = [parsed] }, new PayloadPlanCompiler(catalog), out var problems);
        Assert.Empty(problems);
        return table.Bindings.Single(binding => binding.Method.FullName.Replace('/', '.') == selector);
    }

    private static ReadOnlyMemory<byte> Wire(SchemaCatalog catalog, string type, string json)
    {
        using var wire = new PayloadBuffer(1 << 20);
        new PayloadPlanCompiler(catalog).JsonToProtobuf(catalog.FindMessage(type)!).Convert(Encoding.UTF8.GetBytes(json), wire);
        return wire.WrittenMemory.ToArray();
    }
}
