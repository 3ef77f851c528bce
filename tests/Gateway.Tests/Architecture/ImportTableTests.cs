using System.Text.RegularExpressions;

namespace Gateway.Tests.Architecture;

/// <summary>The import table of docs/architecture.md, held against every file of src.</summary>
public sealed class ImportTableTests
{
    private const string Anything = "*";

    /// <summary>
    /// A room and what it may use besides itself, the rooms below it, System and Microsoft.Extensions. `X` stands for one and the
    /// same word on both sides. The first row that fits a room is its row.
    /// </summary>
    private static readonly (string Room, string[] MayUse)[] Table =
    [
        ("Transcoders.Calls", []),
        ("Transcoders.Schema", ["Transcoders.Calls", "Google.Protobuf", "Google.Api", "Google.Rpc", "Google.Type"]),
        ("Transcoders.Protos", ["Transcoders.Schema", "Google.Protobuf"]),
        ("Transcoders.Payloads", ["Transcoders.Calls", "Transcoders.Schema", "Google.Protobuf", "Google.Rpc"]),
        ("Transcoders.HttpRules", ["Transcoders.Calls", "Transcoders.Schema", "Transcoders.Payloads", "Google.Protobuf", "Google.Api"]),
        ("Transcoders.Planning", ["Transcoders.Calls", "Transcoders.Schema", "Transcoders.Payloads", "Transcoders.HttpRules"]),
        ("Transcoders.Descriptions", ["Transcoders.Calls", "Transcoders.Schema", "Transcoders.Payloads", "Transcoders.HttpRules", "Transcoders.Http", "Google.Protobuf", "Google.Api"]),
        ("Transcoders.Stdio", ["Transcoders.Calls", "Google.Protobuf", "Google.Rpc"]),
        ("Transcoders.X", ["Transcoders.Calls"]),
        ("Gateway.Configuration", ["Transcoders.Calls", "YamlDotNet", "Microsoft.AspNetCore"]),
        ("Gateway.Telemetry", ["Transcoders.Calls", "Gateway.Configuration", "OpenTelemetry", "Serilog", "Microsoft.AspNetCore"]),
        ("Gateway.Security", ["Transcoders.Calls", "Gateway.Configuration", "Microsoft.AspNetCore"]),
        ("Gateway.Sessions", ["Transcoders.Calls", "Gateway.Configuration", "Microsoft.AspNetCore"]),
        ("Gateway.Backends", ["Transcoders.Calls", "Transcoders.Schema", "Gateway.Configuration"]),
        // Server-Sent Events are HTTP with a media type: one room serves both, and what an HTTP answer holds may be events.
        ("Gateway.Backends.Http", ["Transcoders.Calls", "Transcoders.Schema", "Transcoders.Payloads", "Transcoders.HttpRules", "Transcoders.Http", "Transcoders.Sse", "Gateway.Backends", "Gateway.Configuration", "Gateway.Telemetry"]),
        ("Gateway.Backends.Sse", ["Transcoders.Calls", "Transcoders.Schema", "Transcoders.Payloads", "Transcoders.HttpRules", "Transcoders.Http", "Transcoders.Sse", "Gateway.Backends", "Gateway.Backends.Http", "Gateway.Configuration", "Gateway.Telemetry"]),
        // A handshake is an HTTP request, and what refuses it an HTTP answer.
        ("Gateway.Backends.WebSocket", ["Transcoders.Calls", "Transcoders.Schema", "Transcoders.Http", "Transcoders.WebSocket", "Gateway.Backends", "Gateway.Configuration", "Gateway.Telemetry"]),
        ("Gateway.Backends.X", ["Transcoders.Calls", "Transcoders.Schema", "Transcoders.X", "Gateway.Backends", "Gateway.Configuration", "Gateway.Telemetry", "Microsoft.Win32"]),
        ("Gateway.Dispatch", ["Transcoders.Calls", "Transcoders.HttpRules", "Transcoders.Planning", "Gateway.Backends", "Gateway.Configuration", "Gateway.Telemetry", "Polly"]),
        ("Gateway.Edges", ["Transcoders.Calls", "Transcoders.HttpRules", "Transcoders.Planning", "Transcoders.Http", "Transcoders.Grpc", "Gateway.Dispatch", "Gateway.Backends", "Gateway.Configuration", "Gateway.Security", "Gateway.Sessions", "Gateway.Telemetry", "Microsoft.AspNetCore"]),
        ("Gateway.Edges.X", ["Transcoders.Calls", "Transcoders.HttpRules", "Transcoders.Planning", "Transcoders.Http", "Transcoders.X", "Gateway.Edges", "Gateway.Dispatch", "Gateway.Configuration", "Gateway.Security", "Gateway.Sessions", "Gateway.Telemetry", "Microsoft.AspNetCore"]),
        // The gateway's own gRPC services, reflection and health: a backend in memory.
        ("Gateway.Own", ["Transcoders.Calls", "Transcoders.Schema", "Transcoders.Protos", "Transcoders.Payloads", "Transcoders.Planning", "Gateway.Backends", "Gateway.Dispatch", "Gateway.Configuration", "Gateway.Telemetry", "Google.Protobuf", "Grpc"]),
        ("Gateway.Model", ["Gateway.Own", "Transcoders.Calls", "Transcoders.Schema", "Transcoders.Protos", "Transcoders.Payloads", "Transcoders.HttpRules", "Transcoders.Planning", "Transcoders.Http", "Transcoders.Descriptions", "Gateway.Backends", "Gateway.Dispatch", "Gateway.Configuration", "Gateway.Telemetry", "Google.Protobuf", "Grpc"]),
        ("Gateway.Forwarding", ["Yarp", "Gateway.Own", "Transcoders.Calls", "Transcoders.Http", "Transcoders.Grpc", "Gateway.Model", "Gateway.Edges", "Gateway.Dispatch", "Gateway.Backends", "Gateway.Configuration", "Gateway.Security", "Gateway.Telemetry", "Microsoft.AspNetCore"]),
        ("Gateway.Cli", [Anything]),
        ("Gateway.Admin", [Anything]),
        ("Gateway", [Anything]),
    ];

    /// <summary>Names that make a room know HTTP's host, though no using says so.</summary>
    private static readonly Regex HostTypes = new(@"\b(HttpContext|HttpRequest|HttpResponse|IHeaderDictionary|WebApplication)\b");

    private static readonly Regex RelativeName = new(@"(?<![\w.])[A-Z]\w*(?:\.[A-Z]\w*)+");

    private static readonly IReadOnlyList<SourceFile> Files = SourceFile.ReadAll();

    [Fact]
    public void EveryReference_IsInTheTable()
    {
        var broken = from file in Files
                     from reference in file.References()
                     let rule = Judge(file.Room, reference.Namespace)
                     where rule is not null
                     select $"{file.Path}:{reference.Line}: {rule}";
        SourceFile.HasNone(broken);
    }

    /// <summary>Inside Gateway a room may be written without its first word: `Forwarding.YarpBinder` in Gateway.Cli.</summary>
    [Fact]
    public void EveryReferenceWithoutTheFirstWord_IsInTheTable()
    {
        var homes = Files.SelectMany(static file => file.Types.Select(type => (file.Room, Type: type))).Distinct().ToLookup(static home => home.Room, static home => home.Type);
        var broken = from file in Files
                     from line in Enumerable.Range(0, file.Code.Length)
                     from Match match in RelativeName.Matches(file.Code[line])
                     let words = match.Value.Split('.')
                     from length in Enumerable.Range(1, words.Length - 1)
                     let room = $"{file.Room.Split('.')[0]}.{string.Join('.', words[..length])}"
                     where homes[room].Contains(words[length])
                     let rule = Judge(file.Room, room)
                     where rule is not null
                     select $"{file.Path}:{line + 1}: {rule}";
        SourceFile.HasNone(broken);
    }

    /// <summary>A type of an enclosing namespace needs no using: `Protocols` in Gateway.Dispatch would be seen by its name alone.</summary>
    [Fact]
    public void TypesOfTheRoot_AreKnownToProgramCliAndAdminOnly()
    {
        var names = new Regex($@"(?<![\w.])({string.Join('|', Files.Where(static file => file.Room == "Gateway").SelectMany(static file => file.Types))})\b(?!\s*:)");
        var broken = from file in Files
                     where file.Room is not ("Gateway" or "Gateway.Cli" or "Gateway.Admin") && file.Room.StartsWith("Gateway.", StringComparison.Ordinal)
                     from line in Enumerable.Range(0, file.Code.Length)
                     where names.IsMatch(file.Code[line])
                     select $"{file.Path}:{line + 1}: {file.Room} must not know {names.Match(file.Code[line]).Value}, which belongs to the root";
        SourceFile.HasNone(broken);
    }

    [Theory]
    [InlineData("Gateway.Dispatch")]
    [InlineData("Gateway.Backends")]
    [InlineData("Gateway.Model")]
    public void RoomsBehindTheEdges_KnowNoHttpContext(string room)
    {
        var broken = from file in Files
                     where IsIn(file.Room, room)
                     from line in Enumerable.Range(0, file.Code.Length)
                     where HostTypes.IsMatch(file.Code[line])
                     select $"{file.Path}:{line + 1}: {room} must not know {HostTypes.Match(file.Code[line]).Value}";
        SourceFile.HasNone(broken);
    }

    [Fact]
    public void EveryRoom_HasARow() =>
        Assert.All(Files.Select(static file => file.Room).Distinct(), static room => Assert.NotNull(RowOf(room)));

    [Theory]
    [InlineData("Gateway.Edges.Http", "Gateway.Edges.Sse", false)]
    [InlineData("Gateway.Edges.Http", "Gateway.Edges", true)]
    [InlineData("Gateway.Edges.Http", "Gateway.Model", false)]
    [InlineData("Gateway.Backends.Grpc", "Transcoders.Grpc", true)]
    [InlineData("Gateway.Backends.Grpc", "Transcoders.Stdio", false)]
    [InlineData("Gateway.Dispatch", "Gateway.Backends", true)]
    [InlineData("Gateway.Dispatch", "Gateway.Backends.Stdio", false)]
    [InlineData("Transcoders.Sse", "Transcoders.Http", false)]
    [InlineData("Transcoders.Calls", "Google.Protobuf", false)]
    [InlineData("Gateway.Edges", "Yarp.ReverseProxy.Forwarder", false)]
    [InlineData("Gateway.Forwarding", "Gateway.Admin", false)]
    public void TheTableItself_SaysWhatTheHouseWants(string room, string uses, bool allowed) =>
        Assert.Equal(allowed, Judge(room, uses) is null);

    [Fact]
    public void NamesInCommentsAndStrings_AreNoReferences()
    {
        var file = SourceFile.Parse("a.cs", "using Gateway.Model;\nnamespace Gateway.Edges;\n// Gateway.Admin.X\nvar x = \"Yarp.Foo\"; Gateway.Forwarding.Proxy.Use();\n");
        Assert.Equal([(1, "Gateway.Model"), (4, "Gateway.Forwarding.Proxy.Use")], file.References());
    }

    /// <summary>The rule that forbids it; null when it is allowed.</summary>
    private static string? Judge(string room, string uses)
    {
        if (uses.StartsWith("System", StringComparison.Ordinal) || uses.StartsWith("Microsoft.Extensions", StringComparison.Ordinal) || IsIn(uses, room))
        {
            return null;
        }

        if (RowOf(room) is not { } row)
        {
            return $"{room} has no row in the import table";
        }

        if (row.MayUse.Contains(Anything) || row.MayUse.Any(allowed => Covers(allowed.Replace(".X", "." + room.Split('.')[^1], StringComparison.Ordinal), uses)))
        {
            return null;
        }

        return $"{room} must not use {uses}; it may use {(row.MayUse.Length == 0 ? "nothing but the BCL" : string.Join(", ", row.MayUse))}";
    }

    /// <summary>Gateway.Backends covers its own types, not the rooms inside it; a library covers all of its namespaces.</summary>
    private static bool Covers(string allowed, string uses)
    {
        if (!IsIn(uses, allowed))
        {
            return false;
        }

        return uses.Length == allowed.Length || allowed is not ("Gateway.Backends" or "Gateway.Edges")
            || !Files.Any(file => file.Room.Length > allowed.Length && IsIn(file.Room, allowed) && IsIn(uses, file.Room));
    }

    private static (string Room, string[] MayUse)? RowOf(string room)
    {
        foreach (var row in Table)
        {
            if (row.Room == room || (row.Room.EndsWith(".X", StringComparison.Ordinal) && room.StartsWith(row.Room[..^1], StringComparison.Ordinal)))
            {
                return row;
            }

            // WellKnown and other folders inside a room share its row.
            if (!row.Room.EndsWith(".X", StringComparison.Ordinal) && row.Room is not ("Gateway" or "Gateway.Edges" or "Gateway.Backends") && IsIn(room, row.Room))
            {
                return row;
            }
        }

        return null;
    }

    private static bool IsIn(string name, string room) =>
        name == room || (name.StartsWith(room, StringComparison.Ordinal) && name[room.Length] == '.');
}
