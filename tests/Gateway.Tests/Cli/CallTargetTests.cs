using System.Collections.Frozen;
using Gateway.Cli;
using Gateway.Configuration;
using Gateway.Dispatch;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Transcoders.Calls;
using Transcoders.Payloads;
using Transcoders.Planning;
using Transcoders.Schema;

namespace Gateway.Tests.Cli;

public sealed class CallTargetTests
{
    private static readonly Endpoint[] Endpoints =
    [
        Make("one", "/v1/{**path}", [], "a.S/Get"),
        Make("two", "/v2/{id}/x", ["GET", "DELETE"], "a.S/Get", "a.S/Put"),
        Make("plain", "/plain/path", ["GET", "POST"]),
    ];

    [Theory]
    [InlineData("sort", null, "sort")]
    [InlineData("GET /v1/x", null, "GET /v1/x")]
    [InlineData("GET|/v1/x", null, "GET /v1/x")]
    [InlineData("my.json|sort", "my.json", "sort")]
    [InlineData("my.json|GET /x", "my.json", "GET /x")]
    [InlineData("my.json|GET|/x", "my.json", "GET /x")]
    [InlineData("GET|http://h/x", null, "GET http://h/x")]
    [InlineData("FILE|a.S/Get", "FILE", "a.S/Get")]
    public void Words_AreAFileAndATarget(string words, string? file, string target) =>
        Assert.Equal((file, target), CallTarget.Split(words.Split('|')));

    [Theory]
    [InlineData("a|b|c")]
    [InlineData("my.json|get|/x")]
    [InlineData("a|GET|/x|y")]
    public void Words_ThatAreTooMany_AreRefused(string words) => Assert.Null(CallTarget.Split(words.Split('|')));

    [Fact]
    public void Method_IsTheFirstRoutesThatServesIt()
    {
        var (target, _) = CallTarget.Resolve("a.S/Get", Endpoints);
        Assert.Same(Endpoints[0], target!.Endpoint);
        Assert.Equal(("/a.S/Get", "POST", "/a.S/Get"), (target.MethodPath, target.Verb, target.Path));
        Assert.Same(Endpoints[1], CallTarget.Resolve("/a.S/Put", Endpoints).Target!.Endpoint);
    }

    [Fact]
    public void Route_WithOneMethodAndNoPathOfItsOwn_IsThatMethod() =>
        Assert.Equal("/a.S/Get", CallTarget.Resolve("ONE", Endpoints).Target!.MethodPath);

    [Fact]
    public void Route_HasItsLiteralPathAndItsVerb()
    {
        var two = CallTarget.Resolve("two", Endpoints).Target!;
        Assert.Equal((null, "GET", "/v2/"), (two.MethodPath, two.Verb, two.Path));
        var plain = CallTarget.Resolve("plain", Endpoints).Target!;
        Assert.Equal((null, "POST", "/plain/path"), (plain.MethodPath, plain.Verb, plain.Path));
    }

    [Fact]
    public void VerbAndPath_AreRouted()
    {
        var target = CallTarget.Resolve("PUT /a/b?c=d e", Endpoints).Target!;
        Assert.Null(target.Endpoint);
        Assert.Equal(("PUT", "/a/b?c=d e"), (target.Verb, target.Path));
        target = CallTarget.Resolve("GET http://example.com:81/a?b", Endpoints).Target!;
        Assert.Equal(("GET", "/a?b", "example.com:81"), (target.Verb, target.Path, target.Host));
    }

    [Theory]
    [InlineData("plian", StatusCode.NotFound, "did you mean 'plain'")]
    [InlineData("a.S/Gett", StatusCode.Unimplemented, "did you mean 'a.S/Get'")]
    [InlineData("a.S/No", StatusCode.Unimplemented, "streams")]
    [InlineData("get /x", StatusCode.Unimplemented, "No route serves")]
    public void Unknown_IsRefusedWithWhatWouldBeRight(string text, StatusCode code, string says)
    {
        var (target, refusal) = CallTarget.Resolve(text, Endpoints);
        Assert.Null(target);
        Assert.Equal(code, refusal!.Code);
        Assert.Contains(says, refusal.Message);
    }

    private static RouteEndpoint Make(string id, string pattern, string[] verbs, params string[] methods)
    {
        var settings = new RouteSettings { Id = id };
        var plan = new CallPlan
        {
            Edge = Transcoders.Stdio.StdioTraits.Edge,
            Backend = Transcoders.Grpc.GrpcTraits.Backend,
            Method = null,
            Shape = CallShape.Unary,
            Payloads = new PayloadExchange([], []),
        };
        var plans = new EdgePlans
        {
            Edge = "stdio",
            Labels = new CallLabels(id, "stdio", "grpc"),
            Opaque = methods.Length == 0 ? plan : null,
            ByPath = methods.ToFrozenDictionary(static name => "/" + name, _ => plan),
            Refusals = new Dictionary<string, PlanProblem> { ["a.S/No"] = new("It streams.") }.ToFrozenDictionary(),
        };
        var route = new CallRoute
        {
            Id = id,
            ClusterId = "c",
            Settings = settings,
            Backend = null,
            Limits = CallLimits.Default,
            Rules = null,
            Edges = new Dictionary<string, EdgePlans> { ["stdio"] = plans }.ToFrozenDictionary(),
            StatusWriter = new StatusJsonWriter(SchemaCatalog.BuiltIn),
            ConnectErrors = new StatusJsonWriter(SchemaCatalog.BuiltIn),
            Metadata = new MetadataPolicy(new MetadataOptions()),
        };
        return new RouteEndpoint(static _ => Task.CompletedTask, RoutePatternFactory.Parse(pattern), 0, new EndpointMetadataCollection(route, new HttpMethodMetadata(verbs)), id);
    }
}
