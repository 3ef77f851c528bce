using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Transcoders.HttpRules;
using Transcoders.Payloads;
using Transcoders.Protos;
using Transcoders.Schema;
using Transcoders.Tests.Payloads;

namespace Transcoders.Tests.Compiling;

/// <summary>Whole collections of published APIs: every source compiled and linked, every rule in a table, every request there and back.</summary>
public sealed class RealApiTests
{
    /// <summary>Sources of the package that nobody can compile with what the package holds, and why.</summary>
    private static readonly Dictionary<string, string> CannotLoad = new(StringComparer.Ordinal)
    {
        ["google/protobuf/compiler/ruby/ruby_generated_code.proto"] = "imports a file the package does not have",
        ["google/protobuf/compiler/ruby/ruby_generated_code_proto2.proto"] = "imports a file the package does not have",
        ["google/protobuf/compiler/ruby/ruby_generated_pkg_implicit.proto"] = "declares what ruby_generated_pkg_explicit.proto declares",
        ["google/protobuf/util/json_format_proto3.proto"] = "imports a file the package does not have",
        ["google/protobuf/internal_options.proto"] = "edition 2026",
        ["google/protobuf/json/json_enumval_custom_string.proto"] = "edition 2026",
        ["google/protobuf/late_loaded_option.proto"] = "edition 2026",
        ["google/protobuf/late_loaded_option_user.proto"] = "edition 2026",
        ["google/protobuf/sample_messages_edition.proto"] = "edition 2026",
    };

    [NodePackageFact("google-proto-files")]
    public void GoogleApis_LoadAndRoundTrip()
    {
        var root = Built.NodePackage("google-proto-files");
        var names = Directory.EnumerateFiles(root, "*.proto", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(root, file)).Order(StringComparer.Ordinal).ToList();
        var compiled = Compile(names, root);
        var loaded = compiled.Files.File.Select(static file => file.Name).ToHashSet(StringComparer.Ordinal);
        var failed = names.Where(name => !loaded.Contains(name)).ToList();

        var report = new StringBuilder();
        report.AppendLine("## Real APIs: google-proto-files").AppendLine();
        var counts = Check(compiled.Files, out var wrong);
        var equal = wrong.RemoveAll(static text => text.StartsWith("google.cloud.bigquery.storage.", StringComparison.Ordinal) && text.EndsWith("only one of them can be reached.", StringComparison.Ordinal));
        report.AppendLine($"{names.Count} sources, {names.Count - failed.Count} load, {failed.Count} do not; {counts.Methods} methods, {counts.Annotated} with rules, {counts.Bindings} bindings, {equal} of them equal to others of their service (BigQuery Storage); {counts.RoundTrips} of {counts.RequestTypes} request types there and back.").AppendLine();
        report.AppendLine("| does not load | why |").AppendLine("|---|---|");
        foreach (var name in failed)
        {
            report.AppendLine($"| `{name}` | {CannotLoad.GetValueOrDefault(name) ?? compiled.Problems.FirstOrDefault(p => p.File == name)?.ToString() ?? "imports one that does not load"} |");
        }

        Write("real-apis.md", report.ToString());
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(30)));
        Assert.DoesNotContain(failed, static name => !CannotLoad.ContainsKey(name) && !name.StartsWith("google/protobuf/compiler/ruby/", StringComparison.Ordinal));
        Assert.True(names.Count > 8_000 && counts.Annotated > 5_000, report.ToString());
    }

    [NodePackageFact("etcd3")]
    public void Etcd_LoadsAndRoundTrips()
    {
        var root = Path.Combine(Built.NodePackage("etcd3"), "proto");
        // The package's copy has lost this import, without which its annotations mean nothing to any compiler.
        const string Lost = "import \"google/api/annotations.proto\";\n";
        var compiled = ProtoCompiler.Compile(["rpc.proto", "kv.proto", "auth.proto"], name => File.Exists(Path.Combine(root, name))
            ? File.ReadAllText(Path.Combine(root, name)).Replace("package etcdserverpb;", Lost + "package etcdserverpb;", StringComparison.Ordinal) : null, root);
        Assert.Empty(compiled.Problems);

        var counts = Check(compiled.Files, out var wrong);

        // etcd 3.4 gave two methods one path; its own gateway serves the one registered last.
        Assert.StartsWith("etcdserverpb.Maintenance/HashKV: POST /v3/maintenance/hash", Assert.Single(wrong));
        Assert.True(counts.Methods > 30, $"{counts}");
        Assert.Equal(counts.RequestTypes, counts.RoundTrips);
    }

    private static ProtoCompilation Compile(IReadOnlyList<string> names, string root) =>
        ProtoCompiler.Compile(names, name => File.Exists(Path.Combine(root, name)) ? File.ReadAllText(Path.Combine(root, name)) : null, root);

    private static (int Methods, int Annotated, int Bindings, int RequestTypes, int RoundTrips) Check(FileDescriptorSet set, out List<string> wrong)
    {
        wrong = [];
        foreach (var file in set.File)
        {
            file.SourceCodeInfo = null;
        }

        var catalog = SchemaCatalog.FromDescriptorSets([set.ToByteArray()]);
        var compiler = new PayloadPlanCompiler(catalog);

        // One table for each package, as one service has it: two APIs may have the same paths on hosts of their own.
        var annotated = catalog.Methods.Where(static method => method.HttpRules.Count > 0).ToList();
        var bindings = 0;
        foreach (var api in annotated.GroupBy(static method => method.ServiceName))
        {
            var table = HttpRuleTable.Build([.. api], HttpRuleTableOptions.Default, compiler, out var problems);
            bindings += table?.Bindings.Count ?? 0;
            wrong.AddRange(problems.Select(static problem => problem.ToString()));
        }

        var requests = (annotated.Count > 0 ? annotated : catalog.Methods).Select(static method => method.Input).DistinctBy(static type => type.FullName).ToList();
        var trips = 0;
        foreach (var request in requests)
        {
            var json = SampleJson.Of(request);
            var wire = Plans.Run(compiler.JsonToProtobuf(request), Encoding.UTF8.GetBytes(json));
            var back = Encoding.UTF8.GetString(Plans.Run(compiler.ProtobufToJson(request), wire));
            var again = Plans.Run(compiler.JsonToProtobuf(request), Encoding.UTF8.GetBytes(back));
            if (json != back || !wire.AsSpan().SequenceEqual(again))
            {
                wrong.Add($"{request.FullName}:\n  {json}\n  {back}");
                continue;
            }

            trips++;
        }

        return (catalog.Methods.Count, annotated.Count, bindings, requests.Count, trips);
    }

    private static void Write(string name, string text)
    {
        Console.WriteLine(text);
        if (Environment.GetEnvironmentVariable("TEST_REPORTS") is { Length: > 0 } directory)
        {
            File.WriteAllText(Path.Combine(directory, name), text);
        }
    }
}
