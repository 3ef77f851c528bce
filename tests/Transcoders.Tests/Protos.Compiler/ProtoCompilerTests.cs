using System.Diagnostics;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Transcoders.Protos;
using Transcoders.Schema;
using Transcoders.Tests.Payloads;

namespace Transcoders.Tests.Compiling;

public sealed class ProtoCompilerTests
{
    private static readonly string Nasty = Path.Combine(AppContext.BaseDirectory, "TestData", "Protos");

    /// <summary>Every file that tools are known to get wrong, and every sample, against the protobuf project's own compiler: the same bytes.</summary>
    [Fact]
    public void Descriptors_AreThoseOfProtoc()
    {
        string[] roots = [Nasty, Path.Combine(Built.Repository, "samples/Library/protos"), Path.Combine(Built.Repository, "samples/Chat/protos"),
            Path.Combine(Built.Repository, "samples/LineTool/protos"), Path.Combine(Built.Repository, "tests/Transcoders.Tests/Protos")];
        var names = roots.SelectMany(root => Directory.EnumerateFiles(root, "*.proto", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(root, file)))
            .Distinct().Order(StringComparer.Ordinal).ToList();
        var compiled = Compile(names, roots);
        Assert.Empty(compiled.Problems);

        var theirs = Protoc(names, [.. roots, Bundled]).File.ToDictionary(static file => file.Name);
        // Files that set one message of an option in several statements: protoc merges them, which only whoever knows the option can see.
        string[] merged = ["nasty_options.proto", "nasty_three.proto"];
        var compared = 0;
        foreach (var ours in compiled.Files.File.Where(file => names.Contains(file.Name)))
        {
            var their = theirs[ours.Name];
            Assert.Equal(Comments(their), Comments(ours));
            ours.SourceCodeInfo = their.SourceCodeInfo = null;
            var (one, other) = merged.Contains(ours.Name)
                ? (Text(compiled.Files, ours), Text(compiled.Files, their))
                : (Convert.ToHexString(ours.ToByteArray()), Convert.ToHexString(their.ToByteArray()));
            Assert.True(one == other, $"{ours.Name}\n{one}\n{other}");
            compared++;
        }

        Assert.Equal(names.Count, compared);
    }

    [Fact]
    public void Catalogue_OfSources_KnowsOptionsAndComments()
    {
        var compiled = Compile(["nasty_three.proto"], [Nasty]);
        var catalog = SchemaCatalog.FromDescriptorSets([compiled.Files.ToByteArray()]);

        var make = catalog.FindMethod("nasty.three.Things/Make")!;
        var rule = Assert.Single(make.HttpRules);
        Assert.Equal(("/v1/things", "b", "name"), (rule.Post, rule.Body, rule.ResponseBody));
        var thing = catalog.FindMessage("nasty.three.Thing")!;
        Assert.Equal("Block\ncomment.", catalog.CommentOf(thing)?.Replace("\n ", "\n", StringComparison.Ordinal));
        Assert.Equal("leading", catalog.CommentOf(thing.FindFieldByName("name")));
        Assert.NotNull(catalog.FindMessage("google.longrunning.Operation"));
    }

    [Theory]
    [InlineData("syntax = \"proto4\";", "a.proto(1,10): there is no syntax 'proto4'; \"proto2\" or \"proto3\" would be right, or edition = \"2023\".")]
    [InlineData("edition = \"1999\";", "a.proto(1,11): the edition '1999' is not known here; \"2023\" and \"2024\" are.")]
    [InlineData("syntax = \"proto3\";\nimport \"gone/b.proto\";", "a.proto(2,8): 'gone/b.proto' is in none of the import paths: memory.")]
    [InlineData("syntax = \"proto3\"\nmessage A {}", "a.proto(2,1): 'message' where ';' would be right.")]
    [InlineData("syntax = \"proto3\";\nmessage A { string s = 0; }", "a.proto(2,24): the number of a field is at least 1 and at most 536870911.")]
    [InlineData("syntax = \"proto3\";\nmessage A { string s = 1; int32 t = 1; }", "a.proto(2,33): number 1 is already that of 's'.")]
    [InlineData("syntax = \"proto3\";\nmessage A { B b = 1; }", "a.proto(2,13): 'B' is not declared here or in what the file imports.")]
    [InlineData("syntax = \"proto3\";\nmessage A { required string s = 1; }", "a.proto(2,13): proto3 has no required fields.")]
    [InlineData("message A { string s = 1; }", "a.proto(1,13): 'string' where required, optional or repeated would be right.")]
    [InlineData("syntax = \"proto3\";\nmessage A { string s = 1 [default = \"x\"]; }", "a.proto(2,37): proto3 has no default values of its own.")]
    [InlineData("syntax = \"proto3\";\nmessage A { map<float, string> m = 1; }", "a.proto(2,17): the key of a map is a string, a bool or an integer.")]
    [InlineData("syntax = \"proto3\";\noption java_packag = \"x\";", "a.proto(2,8): there is no option 'java_packag' in 'google.protobuf.FileOptions'.")]
    [InlineData("syntax = \"proto3\";\noption deprecated = 3;", "a.proto(2,21): 'deprecated' takes true or false.")]
    [InlineData("syntax = \"proto3\";\noption deprecated = true;\noption deprecated = true;", "a.proto(3,8): the option 'deprecated' is set twice.")]
    [InlineData("syntax = \"proto3\";\noption (google.api.http) = { get: \"/\" };", "a.proto(2,8): the option '(google.api.http)' is declared neither here nor in what the file imports.")]
    [InlineData("syntax = \"proto3\";\nimport \"google/api/annotations.proto\";\nmessage A {}\nservice S { rpc M(A) returns (A) { option (google.api.http) = { got: \"/\" }; } }", "a.proto(4,65): 'google.api.HttpRule' has no field 'got'.")]
    [InlineData("syntax = \"proto3\";\nimport \"google/api/annotations.proto\";\noption (google.api.http).get = \"/\";", "a.proto(3,8): '(google.api.http)' extends 'google.protobuf.MethodOptions', not 'google.protobuf.FileOptions'.")]
    [InlineData("syntax = \"proto3\";\nenum E { ONE = 1; }", "a.proto(2,10): the first value of a proto3 enum is 0.")]
    [InlineData("syntax = \"proto3\";\nmessage A {}\nmessage A {}", "a.proto(3,9): 'A' is already declared in 'a.proto'.")]
    [InlineData("syntax = \"proto3\";\nimport \"a.proto\";", "a.proto(2,8): 'a.proto' imports this file in turn.")]
    [InlineData("syntax = \"proto3\";\nmessage A { string s = 1;", "a.proto(2,26): the end of the file where a name would be right.")]
    [InlineData("syntax = \"proto3\";\n/* never closed", "a.proto(2,1): the comment is not closed; a */ is missing.")]
    [InlineData("syntax = \"proto3;", "a.proto(1,10): the string is not closed on its line; a \" is missing.")]
    [InlineData("syntax = \"proto3\";\nmessage A { message B {} B b = 1; A.C c = 2; }", "a.proto(2,35): 'A.C' is not declared here or in what the file imports.")]
    public void Mistake_IsToldWithItsPlace(string text, string expected)
    {
        var compiled = ProtoCompiler.Compile(["a.proto"], name => name == "a.proto" ? text : null, "memory");

        Assert.Equal(expected, Assert.Single(compiled.Problems).ToString());
        Assert.DoesNotContain(compiled.Files.File, static file => file.Name == "a.proto");
    }

    [Fact]
    public void NestingWithoutEnd_IsRefused()
    {
        var text = "syntax = \"proto3\";" + string.Concat(Enumerable.Repeat("message A { ", 100_000));

        var compiled = ProtoCompiler.Compile(["a.proto"], name => name == "a.proto" ? text : null, "memory");

        Assert.Contains("nested deeper than 64", Assert.Single(compiled.Problems).Text);
    }

    [Fact]
    public void FilesThatImportABrokenOne_AddNoProblems()
    {
        var compiled = ProtoCompiler.Compile(
            ["a.proto", "b.proto", "c.proto"],
            name => name switch
            {
                "a.proto" => "syntax = \"proto3\"; import \"b.proto\"; message A { B b = 1; }",
                "b.proto" => "syntax = \"proto3\"; message B {",
                "c.proto" => "syntax = \"proto3\"; message C {}",
                _ => null,
            },
            "memory");

        Assert.Equal("b.proto", Assert.Single(compiled.Problems).File);
        Assert.Equal(["c.proto"], compiled.Files.File.Select(static file => file.Name));
    }

    private static string Bundled => Path.Combine(Built.Repository, "src/Transcoders/Protos/Bundled");

    private static ProtoCompilation Compile(IReadOnlyList<string> names, string[] roots) => ProtoCompiler.Compile(
        names, name => roots.Select(root => Path.Combine(root, name)).FirstOrDefault(File.Exists) is { } file ? File.ReadAllText(file) : null, string.Join(", ", roots));

    /// <summary>A file as JSON, in which options that came in pieces are one.</summary>
    private static string Text(FileDescriptorSet set, FileDescriptorProto file)
    {
        var all = set.Clone();
        var descriptor = FileDescriptor.DescriptorProtoFileDescriptor.ToProto();
        if (all.File.All(f => f.Name != descriptor.Name))
        {
            all.File.Insert(0, descriptor);
        }

        var catalog = SchemaCatalog.FromDescriptorSets([all.ToByteArray()]);
        var plan = new Transcoders.Payloads.PayloadPlanCompiler(catalog).ProtobufToJson(catalog.FindMessage("google.protobuf.FileDescriptorProto")!);
        return System.Text.Encoding.UTF8.GetString(Plans.Run(plan, file.ToByteArray()));
    }

    private static List<string> Comments(FileDescriptorProto file) =>
        [.. file.SourceCodeInfo.Location.Where(static at => at.LeadingComments.Length + at.TrailingComments.Length > 0 && at.Path is [>= 4 and <= 7, ..] && at.Path.Count % 2 == 0
            && !(at.Path is [_, _, 6 or 5 or 9, ..] && at.Path.Count == 4 && at.Path[0] == 4 && at.Path[2] != 6))
            .Select(static at => $"{string.Join('.', at.Path)}: {at.LeadingComments}|{at.TrailingComments}").Order(StringComparer.Ordinal)];

    private static FileDescriptorSet Protoc(IReadOnlyList<string> names, string[] roots)
    {
        var set = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(Built.Protoc) { RedirectStandardError = true };
            foreach (var root in (string[])[.. roots, Built.CommonProtos, Built.WellKnownProtos])
            {
                start.ArgumentList.Add("-I" + root);
            }

            start.ArgumentList.Add("--include_source_info");
            start.ArgumentList.Add("--descriptor_set_out=" + set);
            foreach (var name in names)
            {
                start.ArgumentList.Add(name);
            }

            using var protoc = Process.Start(start)!;
            var errors = protoc.StandardError.ReadToEnd();
            protoc.WaitForExit();
            Assert.True(protoc.ExitCode == 0, errors);
            return FileDescriptorSet.Parser.ParseFrom(File.ReadAllBytes(set));
        }
        finally
        {
            File.Delete(set);
        }
    }
}
