using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.Descriptions;
using Transcoders.Http;
using Transcoders.HttpRules;
using Transcoders.Payloads;
using Transcoders.Schema;

namespace Transcoders.Tests.Descriptions;

/// <summary>The schema of TestData/descriptions, and routes over it.</summary>
internal static class DescriptionFiles
{
    public static SchemaCatalog Catalog { get; } = SchemaCatalog.FromDescriptorSets([File.ReadAllBytes(InOutput("described.binpb"))]);

    /// <summary>A route of the schema; `served` says that every edge serves every method.</summary>
    public static DescribedRoute Route(PayloadPlanOptions? payloads = null, bool autoMapping = true, SchemaCatalog? catalog = null)
    {
        catalog ??= Catalog;
        payloads ??= PayloadPlanOptions.Default;
        var rules = HttpRuleTable.Build(
            catalog.Methods, new HttpRuleTableOptions { AutoMapping = autoMapping }, new PayloadPlanCompiler(catalog, payloads), out var problems);
        Assert.Empty(problems);
        return new DescribedRoute
        {
            Catalog = catalog,
            Rules = rules,
            Payloads = payloads,
            Title = "hard",
            OnSse = static binding => !binding.Method.Shape.StreamsRequests(),
            OnWebSocket = static _ => true,
            EnvelopePath = "/",
        };
    }

    /// <summary>The presets whose documents differ most, by name.</summary>
    public static IEnumerable<(string Name, DescribedRoute Route)> Variants()
    {
        yield return ("plain", Route());
        yield return ("grpc-gateway", Route(PayloadPlanOptions.Default with { EmitDefaults = true, EmitNulls = true }) with
        {
            Framing = StreamFraming.ResultLines,
            MapQuery = true,
        });
        yield return ("aspnet", Route(PayloadPlanOptions.Default with { EmitDefaults = true, Int64AsNumbers = true }, autoMapping: false) with
        {
            Framing = StreamFraming.StatusLines,
            ErrorFormat = StatusFormat.Problem,
        });
        yield return ("proto", Route(PayloadPlanOptions.Default with { ProtoNames = true, EnumsAsNumbers = true }) with
        {
            Framing = StreamFraming.NdjsonBare,
            ErrorFormat = StatusFormat.Aip193,
            Title = "Hard things",
            Version = "2.1",
            PublicPath = static path => path.StartsWith("/v1/", StringComparison.Ordinal) ? "/api" + path : null,
        });
    }

    public static MessageDescriptor Message(string name) => Catalog.FindMessage("described.v1." + name)!;

    public static string InOutput(string file) => Path.Combine(AppContext.BaseDirectory, "TestData", "descriptions", file);

    public static string InRepository(string file)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Gateway.slnx")) || Directory.Exists(Path.Combine(at.FullName, ".git")) || File.Exists(Path.Combine(at.FullName, ".git")))
            {
                return Path.Combine(at.FullName, "tests", "Transcoders.Tests", "TestData", "descriptions", file);
            }
        }

        throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
