using Gateway.Configuration;
using Gateway.Dispatch;
using Gateway.Model;
using Gateway.Telemetry;
using Google.Api;
using Transcoders.Calls;
using Transcoders.HttpRules;
using Transcoders.Payloads;
using Transcoders.Schema;

namespace Gateway.Tests.Model;

public sealed class RouteDescriberTests
{
    private static readonly SchemaCatalog Library = SchemaCatalog.FromDescriptorSets([File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "library.binpb"))]);

    [Fact]
    public void MethodThatAnswersAtThePath_GoesFirst()
    {
        var plain = Describe([]);
        var taken = Describe([new HttpRule { Selector = "library.v1.Library.GetBook", Get = "/{name=**}" }]);

        Assert.Equal("/openapi.json", plain.OpenApiPath);
        Assert.Null(taken.OpenApiPath);
        Assert.Null(taken.AsyncApiPath);
    }

    [Fact]
    public void ForwardedHttp_KeepsItsOwnDescription()
    {
        var description = Describe([], isForwarded: true);

        Assert.Null(description.OpenApiPath);
        Assert.NotEqual(0, description.OpenApi.Content.Length);
    }

    [Fact]
    public void Document_IsMadeOnce()
    {
        var made = 0;
        var description = new RouteDescription(
            () =>
            {
                made++;
                return DescribedDocument.Of([1]);
            },
            static () => DescribedDocument.Refuse("too large"));

        Assert.Same(description.OpenApi, description.OpenApi);
        Assert.Equal(1, made);
        Assert.Equal("too large", description.AsyncApi.Problem);
    }

    private static RouteDescription Describe(IReadOnlyList<HttpRule> rules, bool isForwarded = false)
    {
        var table = HttpRuleTable.Build(
            Library.Methods, new HttpRuleTableOptions { Rules = rules }, new PayloadPlanCompiler(Library, PayloadPlanOptions.Default), out var problems);
        Assert.Empty(problems);
        var edges = new Dictionary<string, EdgePlans>
        {
            ["http"] = new() { Edge = "http", IsPassThrough = isForwarded, Labels = new CallLabels("route", "http", "grpc") },
            ["sse"] = new() { Edge = "sse", Labels = new CallLabels("route", "sse", "grpc") },
        };
        return RouteDescriber.Describe(new RouteSettings { Id = "route" }, Library, table, PayloadPlanOptions.Default, StatusFormat.Google, edges);
    }
}
