using System.Text.Json;
using System.Text.Json.Nodes;

namespace Transcoders.Tests.HttpRules;

/// <summary>
/// One file of TestData/http-rules: rules over the methods of Protos/HttpRules/http_rules.proto, and what requests make of them.
/// Dropping a file there adds its cases.
/// </summary>
/// <remarks>
/// <code>
/// { "about": "…",
///   "options": { "unknownQuery": "ignore", "autoMapping": true, …,         // see RuleTables.Options; autoMapping is off unless set
///                "json": { "emitDefaults": true, … } },                  // how JSON is read and printed
///   "rules": [ { "selector": "rules.v1.Library.GetBook", "get": "/v1/{name}" } ],   // google.api.HttpRule as JSON
///   "problems": [ "part of a load problem's text" ],                       // exactly these, in order
///   "cases": [ {
///     "name": "…",
///     "request": "GET /v1/x?y=1",
///     "body": { … } | "bodyText": "…" | "bodyHex": "…",  "contentType": "…",
///     "part": "url" | "body",                                              // absent: the whole
///     "method": "GetBook", "binding": "GET /v1/{name}",                    // either may be absent
///     "message": { … },                                                    // ProtoJSON of the request message
///     "answer": { … }, "content": … | "contentText": "…", "answerType": "…",   // a response message and the content it becomes
///     "error": "INVALID_ARGUMENT", "field": "page_size", "says": "part of the message",
///     "notFound": true | "allow": "GET, HEAD" | "malformed": true
///   }, {                                                                   // the way back: a call of the method on a server that speaks HTTP
///     "name": "…", "method": "GetBook",
///     "send": { … },                                                       // ProtoJSON of the request message
///     "becomes": "GET /v1/x?y=1", "withBody": …                            // no body where it is absent
///     "error": "INVALID_ARGUMENT", "field": "name", "says": "…"
///   } ] }
/// </code>
/// </remarks>
public sealed class RuleFile
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static string Folder => Path.Combine(AppContext.BaseDirectory, "TestData", "http-rules");

    public required string Name { get; init; }

    public required JsonObject Json { get; init; }

    public static IEnumerable<RuleFile> All()
    {
        foreach (var path in Directory.GetFiles(Folder, "*.json").Order(StringComparer.Ordinal))
        {
            var json = JsonNode.Parse(File.ReadAllText(path), documentOptions: Lenient)!.AsObject();
            yield return new RuleFile { Name = Path.GetFileNameWithoutExtension(path), Json = json };
        }
    }

    public static RuleFile Load(string name) => All().First(file => file.Name == name);

    public IReadOnlyList<JsonObject> Cases => Json["cases"]?.AsArray().Select(node => node!.AsObject()).ToList() ?? [];
}
