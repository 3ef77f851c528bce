using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.HttpRules;

namespace Gateway.IntegrationTests.Descriptions;

/// <summary>Validators of other hands read the documents, and a client made of nothing but a document calls every operation in it.</summary>
public sealed class ForeignDescriptionTests(DescriptionFixture fixture) : GatewayTest<DescriptionFixture>(fixture), IClassFixture<DescriptionFixture>
{
    private const string Validator = "@seriousme/openapi-schema-validator";

    [NodeFact("@asyncapi/parser")]
    public async Task EveryDocument_IsValid()
    {
        var documents = new Dictionary<string, byte[]>();
        foreach (var path in (string[])["/v1/openapi.json", "/v1/asyncapi.json", "/net/openapi.json", "/net/asyncapi.json", "/tools/openapi.json", "/tools/asyncapi.json", "/set/openapi.json"])
        {
            documents.Add(path, await Gateway.Http1.GetByteArrayAsync(path));
        }

        await ValidateAsync(documents);
    }

    /// <summary>The documents of the rule cases: templates of every kind, overlapping, with verbs of their own.</summary>
    [NodeFact(Validator)]
    public async Task EveryDocumentOfTheRuleFiles_IsValid()
    {
        var set = Path.Combine(Fixture.Files, "rules.binpb");
        await File.WriteAllBytesAsync(set, RuleFileConfiguration.DescriptorSet());
        await using var gateway = await RunningGateway.StartAsync(RuleFileConfiguration.Make(set));
        await ValidateAsync(await OnAdminPortAsync(gateway, RuleFileConfiguration.Files.Keys, "openapi.json"));
    }

    /// <summary>Published APIs with hundreds of annotations, from their sources.</summary>
    [NodeFact("google-proto-files")]
    public async Task EveryDocumentOfRealApis_IsValid()
    {
        string[] apis = ["pubsub/v1", "logging/v2", "firestore/v1"];
        var root = NodeProgram.Package("google-proto-files");
        var routes = new JsonObject();
        var clusters = new JsonObject();
        foreach (var api in apis)
        {
            var id = api.Split('/')[0];
            routes[id] = new JsonObject { ["ClusterId"] = id, ["Match"] = new JsonObject { ["Hosts"] = new JsonArray(id + ".test") } };
            clusters[id] = new JsonObject
            {
                ["Protocol"] = "grpc",
                ["Schema"] = new JsonObject { ["ProtoFiles"] = new JsonArray(Path.Combine(root, "google", api)), ["ImportPaths"] = new JsonArray(root) },
                ["Destinations"] = new JsonObject { ["a"] = new JsonObject { ["Address"] = Fixture.Library.Address.ToString() } },
            };
        }

        await using var gateway = await RunningGateway.StartAsync(new JsonObject { ["ReverseProxy"] = new JsonObject { ["Routes"] = routes, ["Clusters"] = clusters } }.ToJsonString());
        var documents = await OnAdminPortAsync(gateway, apis.Select(static api => api.Split('/')[0]), "openapi.json");

        Assert.Contains("\"/v1/projects/{project}/topics/{topic}:publish\"", Encoding.UTF8.GetString(documents["pubsub-openapi.json"]), StringComparison.Ordinal);
        Assert.Contains("The name of the topic.", Encoding.UTF8.GetString(documents["pubsub-openapi.json"]), StringComparison.Ordinal);
        await ValidateAsync(documents);
    }

    [NodeFact(Validator)]
    public Task ClientMadeOfTheDocument_CallsEveryOperation() => CallAsync("/v1/openapi.json", numbers: false, snake: false);

    [NodeFact(Validator)]
    public Task ClientMadeOfTheDocument_ReadsWhatGrpcGatewayWouldSend() => CallAsync("/go/openapi.json", numbers: false, snake: false);

    [NodeFact(Validator)]
    public Task ClientMadeOfTheDocument_ReadsWhatAspNetWouldSend() => CallAsync("/net/openapi.json", numbers: false, snake: true);

    [NodeFact(Validator)]
    public Task ClientMadeOfTheDocument_ReadsBareLinesAndNumbersForEnums() => CallAsync("/bare/openapi.json", numbers: true, snake: false);

    private static async Task<Dictionary<string, byte[]>> OnAdminPortAsync(RunningGateway gateway, IEnumerable<string> routes, string name)
    {
        using var admin = new HttpClient { BaseAddress = gateway.AdminUrl };
        var documents = new Dictionary<string, byte[]>();
        foreach (var route in routes)
        {
            documents.Add($"{route}-{name}", await admin.GetByteArrayAsync($"/routes/{route}/{name}"));
        }

        return documents;
    }

    private async Task ValidateAsync(Dictionary<string, byte[]> documents)
    {
        var directory = Directory.CreateDirectory(Path.Combine(Fixture.Files, Guid.NewGuid().ToString("N"))).FullName;
        foreach (var (name, bytes) in documents)
        {
            await File.WriteAllBytesAsync(Path.Combine(directory, name.Trim('/').Replace('/', '-')), bytes);
        }

        var output = await NodeProgram.RunAsync("descriptions.mjs", ["validate", .. Directory.GetFiles(directory)]);

        Assert.Equal(documents.Count, output.Split('\n').Count(static line => line.EndsWith(" valid", StringComparison.Ordinal)));
    }

    private async Task CallAsync(string path, bool numbers, bool snake)
    {
        var file = Path.GetTempFileName();
        try
        {
            var calls = Calls(path.Split('/')[1], numbers, snake);
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(calls));
            var output = await NodeProgram.RunAsync("descriptions.mjs", "call", Gateway.Address(path).ToString(), file);

            // Hang never answers.
            Assert.Equal("called 21 of 23, not Behaviours_Hang Behaviours_Hang2\n", output);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private object[] Calls(string id, bool numbers, bool snake)
    {
        string N(string camel) => snake ? string.Concat(camel.Select(static c => char.IsAsciiLetterUpper(c) ? "_" + char.ToLowerInvariant(c) : c.ToString())) : camel;
        object genre = numbers ? 1 : "GENRE_FICTION";
        var shelf = new { shelf = "fiction" };
        var book = new { shelf = "fiction", book = "ulysses" };
        var own = new { shelf = "fiction", book = "new-" + id };
        var behaviour = new Dictionary<string, object> { ["key"] = Key, [N("replySize")] = 3 };
        return
        [
            new { operationId = "Library_GetBook", path = book },
            new { operationId = "Library_GetBook", path = new { shelf = "fiction", book = "none" }, status = "404" },
            new { operationId = "Library_GetBook", path = new { shelf = "fiction", book = "none" }, status = "404", accept = "application/problem+json" },
            new { operationId = "Library_GetBook", path = book, query = new Dictionary<string, object> { [N("readMask")] = N("title") } },
            new { operationId = "Library_ListBooks", path = shelf, query = new Dictionary<string, object> { [N("pageSize")] = 2, ["filter.genre"] = genre, ["filter." + N("publishedAfter")] = "1800-01-01T00:00:00Z" } },
            new { operationId = "Library_ListBooks2", query = new Dictionary<string, object> { ["filter.subjects"] = new[] { "a", "b" }, ["filter." + N("minRating")] = 1.5 } },
            new { operationId = "Library_CreateBook", path = shelf, query = new Dictionary<string, object> { [N("bookId")] = "new-" + id }, body = new Dictionary<string, object> { ["title"] = "New", ["genre"] = genre, ["labels"] = new { a = "b" }, [N("shelfMark")] = "A 1" } },
            new { operationId = "Library_UpdateBook", path = own, query = new Dictionary<string, object> { [N("updateMask")] = "title" }, body = new { title = "Newer" } },
            new { operationId = "Library_BorrowBook", path = own, body = new { borrower = "me", period = "60s" } },
            new { operationId = "Library_ReturnBook", path = own, body = new { } },
            new { operationId = "Library_GetCover", path = book },
            new { operationId = "Library_DeleteBook", path = own },
            new { operationId = "Library_ImportBooks", path = shelf, body = new object[] { new { book = new { title = "One " + id } }, new { book = new { title = "Two " + id } } } },
            new { operationId = "Library_Discuss", body = new object[] { new { room = Key + id, author = "me", text = "hello" } } },
            new { operationId = "Library_WatchShelf", path = shelf, query = new { count = 2 } },
            new { operationId = "Library_WatchShelf", path = shelf, query = new { count = 2 }, accept = "application/json" },
            new { operationId = "Library_WatchShelf", path = shelf, query = new { count = 2 }, accept = "application/x-ndjson" },
            new { operationId = "Library_WatchShelf", path = shelf, query = new { count = 2 }, accept = "application/json-seq" },
            new { operationId = "Library_WatchShelf", path = shelf, query = new { count = 2 }, accept = "text/event-stream" },
            new { operationId = "Behaviours_Echo", body = behaviour },
            new { operationId = "Behaviours_Echo2", path = new { text = "a/b ü" }, query = behaviour },
            new { operationId = "Behaviours_Fail", body = new { key = Key, failure = new { code = 3, message = "no", details = true } }, status = "400" },
            new { operationId = "Behaviours_Fail2", query = new Dictionary<string, object> { ["failure.code"] = 5, ["failure.message"] = "gone" }, status = "404" },
            new { operationId = "Behaviours_Stream", query = new { key = Key, count = 3, size = 4, interval = "0.001s" } },
            new { operationId = "Behaviours_Stream", query = new Dictionary<string, object> { ["key"] = Key, ["count"] = 1, ["failure.code"] = 9, ["failure.details"] = true }, accept = "application/x-ndjson" + (id is "net" or "bare" ? ";q=0, application/json-seq;q=0, text/event-stream" : "") },
            new { operationId = "Behaviours_Stream2", body = new { key = Key, count = 2, size = 1 } },
            new { operationId = "Behaviours_Collect", body = new object[] { new { key = Key, text = "a" }, new { key = Key, payload = "AAEC" } } },
            new { operationId = "Behaviours_Chat", body = new object[] { new { key = Key, text = "a" }, new { key = Key, text = "b" } } },
            new { operationId = "Behaviours_State", query = new Dictionary<string, object> { ["key"] = Key, [N("atLeast") + ".started"] = "1" } },
        ];
    }
}
