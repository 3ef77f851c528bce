using System.Net;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.HttpRules;

/// <summary>The presets of `Compat` and the rules of service configs, as clients see them.</summary>
public sealed class CompatTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("gateway-compat-").FullName;
    private RunningGateway? _gateway;

    public async Task InitializeAsync()
    {
        await File.WriteAllBytesAsync(Path.Combine(_directory, "rules.binpb"), RuleFileConfiguration.DescriptorSet());
        await File.WriteAllTextAsync(Path.Combine(_directory, "api.yaml"), """
            type: google.api.Service
            http:
              rules:
              - selector: google.longrunning.Operations.GetOperation
                get: /v1/{name=operations/**}
              - selector: rules.v1.Library.ListBooks
                get: /lost
              - selector: rules.v1.Library.ListBooks
                get: /books
              - selector: rules.v1.Library.UpdateBook
                patch: /books/{name}
                body: book
            """);
        _gateway = await RunningGateway.StartAsync(Configuration("api.yaml"));
    }

    public async Task DisposeAsync()
    {
        await _gateway!.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("grpc-gateway", "application/json", "{\"result\":{\"numbers\":{\"1\":\"2\"},\"flags\":{},\"genres\":{},\"times\":{},\"messages\":{},\"inner\":null}}\n{\"error\":{\"code\":5,\"message\":", "]}}\n")]
    [InlineData("grpc-gateway-v1", "application/json", "{\"result\":{\"numbers\":{\"1\":\"2\"}}}\n{\"error\":{\"grpc_code\":5,\"http_code\":404,\"message\":", "}}\n")]
    [InlineData("aspnet", "application/json", "{\"numbers\":{\"1\":2},\"flags\":{},\"genres\":{},\"times\":{},\"messages\":{}}\n{\"code\":5,\"message\":", "]}\n")]
    [InlineData("none", "application/x-ndjson", "{\"result\":{\"numbers\":{\"1\":\"2\"}}}\n{\"error\":{\"code\":5,\"message\":", "}\n")]
    public async Task StreamThatFails_EndsAsThePresetsServerEndsIt(string preset, string type, string begins, string ends)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/{preset}/stream");
        request.Headers.TryAddWithoutValidation("Accept", preset == "none" ? "*/*" : "application/json");

        using var answer = await _gateway!.Http1.SendAsync(request, Wait.Token());

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
        var content = await answer.Content.ReadAsStringAsync(Wait.Token());
        Assert.StartsWith(begins, content, StringComparison.Ordinal);
        Assert.EndsWith(ends, content, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StreamThatFails_IsCutOffWhereItIsAnArray()
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => _gateway!.Http1.GetStringAsync(new Uri("/envoy/stream", UriKind.Relative), Wait.Token()));

        Assert.True(failure is HttpRequestException or IOException, failure.ToString());
    }

    [Theory]
    [InlineData("grpc-gateway", HttpStatusCode.OK, "{\"numbers\":{\"3\":\"4\"},\"flags\":{},\"genres\":{},\"times\":{},\"messages\":{},\"inner\":null}")]
    [InlineData("aspnet", HttpStatusCode.OK, "{\"numbers\":{},\"flags\":{},\"genres\":{},\"times\":{},\"messages\":{}}")]
    [InlineData("envoy", HttpStatusCode.BadRequest, "")]
    [InlineData("none", HttpStatusCode.BadRequest, "")]
    public async Task QueryOfAMap_AndAnUnknownOne(string preset, HttpStatusCode status, string content)
    {
        using var answer = await _gateway!.Http1.GetAsync(new Uri($"/{preset}/maps?nope=1&numbers[3]=4", UriKind.Relative), Wait.Token());

        Assert.Equal(status, answer.StatusCode);
        if (content.Length > 0)
        {
            Assert.Equal(content, await answer.Content.ReadAsStringAsync(Wait.Token()));
        }
    }

    [Fact]
    public async Task RuleOfAServiceConfig_IsServed_TheLastOfAMethod()
    {
        Assert.Equal("{\"pageSize\":2}", await _gateway!.Http1.GetStringAsync(new Uri("/yaml/books?page_size=2", UriKind.Relative), Wait.Token()));
        using var lost = await _gateway.Http1.GetAsync(new Uri("/yaml/lost", UriKind.Relative), Wait.Token());
        Assert.Equal(HttpStatusCode.NotFound, lost.StatusCode);
    }

    [Fact]
    public async Task PatchMask_ReachesTheBackend()
    {
        using var content = Answers.Json("""{"title":"x","author":{"givenName":"g"}}""");
        using var answer = await _gateway!.Http1.PatchAsync(new Uri("/yaml/books/7", UriKind.Relative), content, Wait.Token());

        Assert.Equal("""{"name":"7","book":{"title":"x","author":{"givenName":"g"}},"updateMask":"title,author.givenName"}""", await answer.Content.ReadAsStringAsync(Wait.Token()));
    }

    [Fact]
    public async Task WrongRuleOfAServiceConfig_IsToldWithItsFileAndLine_AndNothingChanges()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "bad.yaml"), """
            http:
              rules:
              - selector: rules.v1.Library.ListBooks
                get: /books/{nope}
              - selector: rules.v1.Library.Maps
                get: /same
              - selector: rules.v1.Library.GetBook
                get: /same
              - selector: rules.v1.Library.Nobody
                get: /nobody
            """);

        var problems = (await _gateway!.ReloadAsync(Configuration("bad.yaml"))).Select(static problem => problem.ToString()).ToList();

        Assert.Equal(3, problems.Count);
        Assert.Contains(problems, static problem => problem.Contains("bad.yaml:3:5: ", StringComparison.Ordinal) && problem.Contains("has no field 'nope'", StringComparison.Ordinal));
        Assert.Contains(problems, static problem => problem.Contains("bad.yaml:5:5: ", StringComparison.Ordinal) && problem.Contains("rules.v1.Library/Maps: GET /same: 'GET /same' of rules.v1.Library/GetBook", StringComparison.Ordinal));
        Assert.Contains(problems, static problem => problem.Contains("bad.yaml:9:5: ", StringComparison.Ordinal) && problem.Contains("no method answers to this selector", StringComparison.Ordinal));
        Assert.Equal("{}", await _gateway.Http1.GetStringAsync(new Uri("/yaml/books", UriKind.Relative), Wait.Token()));
    }

    private string Configuration(string serviceConfig) => $$$"""
        { "ReverseProxy": {
          "Routes": {
            {{{string.Join(",\n", new[] { "none", "grpc-gateway", "grpc-gateway-v1", "envoy", "aspnet" }.Select(Preset))}}},
            "yaml": { "ClusterId": "yaml", "Match": { "Path": "/yaml/{**path}" }, "Transforms": [ { "PathRemovePrefix": "/yaml" } ], "Options": { "Http": { "PatchMask": "body" } } }
          },
          "Clusters": {
            "echo": { "Protocol": "stdio", "Process": { "Command": "cat" }, "Schema": { "DescriptorSets": [ "{{{_directory}}}/rules.binpb" ],
              "HttpRules": [ { "selector": "rules.v1.Library.Maps", "get": "/maps" } ] } },
            "failing": { "Protocol": "stdio", "Process": { "Command": "sh", "Arguments": [ "-c", "echo '{\"numbers\":{\"1\":\"2\"}}'; exit 66" ] }, "Schema": { "DescriptorSets": [ "{{{_directory}}}/rules.binpb" ],
              "HttpRules": [ { "selector": "rules.v1.Library.WatchMaps", "get": "/stream" } ] } },
            "yaml": { "Protocol": "stdio", "Process": { "Command": "cat" }, "Schema": { "DescriptorSets": [ "{{{_directory}}}/rules.binpb" ], "ServiceConfigs": [ "{{{_directory}}}/{{{serviceConfig}}}" ] } }
          } } }
        """;

    private static string Preset(string name) => $$$"""
        "{{{name}}}-stream": { "ClusterId": "failing", "Match": { "Path": "/{{{name}}}/stream" }, "Transforms": [ { "PathRemovePrefix": "/{{{name}}}" } ], "Options": { "Http": { "Compat": "{{{name}}}", "HeaderFlushDelay": "00:00:30" } } },
        "{{{name}}}-maps": { "ClusterId": "echo", "Match": { "Path": "/{{{name}}}/maps" }, "Transforms": [ { "PathRemovePrefix": "/{{{name}}}" } ], "Options": { "Http": { "Compat": "{{{name}}}" } } }
        """;
}
