using BenchmarkDotNet.Attributes;
using Benchmarks.HttpRules.Protos;
using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.HttpRules;
using Transcoders.Payloads;
using Transcoders.Schema;

namespace Benchmarks.HttpRules;

/// <summary>Matching among 120 bindings, and weaving requests. Neither may allocate.</summary>
[MemoryDiagnoser]
public class HttpRuleBenchmarks
{
    private const string ListPath = "/v1/projects/p1/zones";
    private const string ItemPath = "/v1/projects/p1/zones/z1";

    private static readonly string[] Collections =
    [
        "shelves", "books", "authors", "readers", "loans", "reviews", "events", "topics", "queues", "jobs",
        "images", "regions", "zones", "disks", "networks", "keys", "rings", "roles", "groups", "users",
    ];

    private readonly PayloadBuffer _output = new(1 << 16);
    private readonly byte[] _body = """{"title":"War and Peace","pages":1225}"""u8.ToArray();
    private HttpRuleTable _table = null!;
    private RequestWeaver _list = null!;
    private RequestWeaver _update = null!;

    [GlobalSetup]
    public void Compile()
    {
        var set = new FileDescriptorSet { File = { FileDescriptorProto.Parser.ParseFrom(CatalogReflection.Descriptor.SerializedData) } };
        var catalog = SchemaCatalog.FromDescriptorSets([set.ToByteArray()]);
        var options = new HttpRuleTableOptions
        {
            Rules = [Rule("Get", ItemBindings), Rule("List", ListBindings), Rule("Update", UpdateBindings)],
        };
        _table = HttpRuleTable.Build(catalog.Methods, options, new PayloadPlanCompiler(catalog), out var problems);
        if (problems.Count != 0)
        {
            throw new InvalidOperationException(problems[0].ToString());
        }

        _list = _table.Match("GET", ListPath).Value!.Weaver;
        _update = _table.Match("PATCH", ItemPath).Value!.Weaver;
    }

    [GlobalCleanup]
    public void Dispose() => _output.Dispose();

    [Benchmark]
    public HttpRuleMatch<HttpBinding> Match() => _table.Match("GET", ItemPath);

    [Benchmark]
    public HttpRuleMatch<HttpBinding> MatchVerb() => _table.Match("POST", "/v1/projects/p1/zones/z1:cancel");

    [Benchmark]
    public HttpRuleMatch<HttpBinding> MatchAutomatic() => _table.Match("POST", "/catalog.v1.Catalog/Get");

    [Benchmark]
    public HttpRuleMatch<HttpBinding> MatchNothing() => _table.Match("GET", "/v1/projects/p1/nothing/z1");

    [Benchmark]
    public int WeaveQuery()
    {
        _output.Clear();
        _list.WeaveUrl(ListPath, "page_size=50&page_token=abcdef&filter.author=tolstoy", _output);
        return _output.Length;
    }

    [Benchmark]
    public int WeaveBody()
    {
        _output.Clear();
        _update.Weave(ItemPath, "update_mask=title,pages", "PATCH", "application/json", _body, _output);
        return _output.Length;
    }

    private static HttpRule Rule(string method, Func<string, HttpRule[]> bindings)
    {
        HttpRule? rule = null;
        foreach (var collection in Collections)
        {
            foreach (var binding in bindings(collection))
            {
                if (rule is null)
                {
                    rule = binding;
                    rule.Selector = $"catalog.v1.Catalog.{method}";
                }
                else
                {
                    rule.AdditionalBindings.Add(binding);
                }
            }
        }

        return rule!;
    }

    private static HttpRule[] ItemBindings(string collection) =>
    [
        new() { Get = $"/v1/{{name=projects/*/{collection}/*}}" },
        new() { Delete = $"/v1/{{name=projects/*/{collection}/*}}" },
        new() { Post = $"/v1/{{name=projects/*/{collection}/*}}:cancel", Body = "*" },
    ];

    private static HttpRule[] ListBindings(string collection) =>
    [
        new() { Get = $"/v1/{{parent=projects/*}}/{collection}" },
        new() { Post = $"/v1/{{parent=projects/*}}/{collection}:search", Body = "*" },
    ];

    private static HttpRule[] UpdateBindings(string collection) =>
        [new() { Patch = $"/v1/{{item.name=projects/*/{collection}/*}}", Body = "item" }];
}
