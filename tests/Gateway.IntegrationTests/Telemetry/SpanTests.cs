using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Gateway.IntegrationTests.Hosting;
using Grpc.Core;
using Grpc.Net.Client;
using Samples.Library;
using Samples.Library.V1;

namespace Gateway.IntegrationTests.Telemetry;

/// <summary>One call, three spans: the edge's, the hub's around it, the backend's inside; the backend hears of the last.</summary>
public sealed class SpanTests : IAsyncLifetime
{
    private const string ClientSpan = "b7ad6b7169203331";

    private readonly string _trace = ActivityTraceId.CreateRandom().ToHexString();
    private SpanCollector? _collector;
    private LibraryServer? _library;
    private RunningGateway? _gateway;

    public async Task InitializeAsync()
    {
        _collector = await SpanCollector.StartAsync();
        _library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        _gateway = await RunningGateway.StartAsync(
            $$"""
            { "ReverseProxy": {
              "Routes": {
                "rest": { "ClusterId": "library", "Match": { "Path": "/v1/{**path}" } },
                "rpc": { "ClusterId": "library", "Match": { "Path": "/library.v1.Behaviours/{method}" } },
                "env": { "ClusterId": "env", "Match": { "Path": "/env" } }
              },
              "Clusters": {
                "library": { "Protocol": "grpc", "Schema": { "DescriptorSets": [ "{{Protos.Library}}" ] }, "Destinations": { "a": { "Address": "{{_library.Address}}" } } },
                "env": { "Protocol": "stdio", "Process": { "Command": "printenv", "Arguments": [ "TRACEPARENT" ], "Framing": "raw", "Lifetime": "request" } }
              }
            } }
            """,
            options => options with { Environment = _collector.Environment });
    }

    public async Task DisposeAsync()
    {
        await _gateway!.DisposeAsync();
        await _library!.DisposeAsync();
        await _collector!.DisposeAsync();
    }

    [Fact]
    public async Task HttpToGrpc_ThreeLinkedSpans_AndTheBackendHearsOfTheLast()
    {
        var (response, body) = await _gateway!.Http1.AskAsync(HttpMethod.Get, "/v1/behaviours/echo/hello", null, ("traceparent", TraceParent));
        Assert.True(response.StatusCode == HttpStatusCode.OK, body);

        var (_, transcode, client) = await LinkedAsync();
        AssertCall(transcode, "rest", "http", "grpc", "OK");
        AssertCall(client, "rest", "http", "grpc", "OK");
        Assert.Equal("library.v1.Behaviours/Echo", transcode.Attributes["rpc.method"]);
        Assert.Equal("library.v1.Behaviours/Echo", client.Attributes["rpc.method"]);
        Assert.Equal($"00-{_trace}-{client.Id}-01", JsonDocument.Parse(body).RootElement.GetProperty("traceparent").GetString());
    }

    [Fact]
    public async Task FailedCall_IsAnErrorOnBothSpansOfTheHub()
    {
        await _gateway!.Http1.AskAsync(HttpMethod.Get, "/v1/behaviours:fail?failure.code=5", null, ("traceparent", TraceParent));

        var (_, transcode, client) = await LinkedAsync();
        AssertCall(transcode, "rest", "http", "grpc", "NOT_FOUND");
        AssertCall(client, "rest", "http", "grpc", "NOT_FOUND");
        Assert.True(transcode.IsError);
        Assert.True(client.IsError);
    }

    [Fact]
    public async Task HttpToStdio_TheProcessHasTheClientSpanInItsEnvironment()
    {
        var (response, body) = await _gateway!.Http1.AskAsync(HttpMethod.Post, "/env", new StringContent(""), ("traceparent", TraceParent), ("Accept", "application/octet-stream"));
        Assert.True(response.StatusCode == HttpStatusCode.OK, body);

        var (_, transcode, client) = await LinkedAsync();
        AssertCall(transcode, "env", "http", "stdio", "OK");
        AssertCall(client, "env", "http", "stdio", "OK");
        Assert.Equal($"00-{_trace}-{client.Id}-01", body.Trim());
    }

    [Fact]
    public async Task SseEdge_IsNamedOnItsSpans()
    {
        await _gateway!.Http1.AskAsync(HttpMethod.Get, "/v1/behaviours:stream?count=1", null, ("traceparent", TraceParent), ("Accept", "text/event-stream"));
        var (_, transcode, client) = await LinkedAsync();
        AssertCall(transcode, "rest", "sse", "grpc", "OK");
        AssertCall(client, "rest", "sse", "grpc", "OK");
    }

    [Fact]
    public async Task GrpcForwarded_ReachesTheBackendInTheSameTrace()
    {
        using var channel = GrpcChannel.ForAddress(_gateway!.Url, new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null }, DisposeHttpClient = true });
        var reply = await new Behaviours.BehavioursClient(channel).EchoAsync(
            new EchoRequest { Text = "grpc" }, new Metadata { { "traceparent", TraceParent } }, cancellationToken: Wait.Token());

        // Forwarded as it is: no span of the hub. What the backend hears of is a span that is exported, below the server's.
        await _collector!.TraceAsync(_trace, spans =>
            spans.Any(static span => span.ParentId == ClientSpan) && spans.Any(span => reply.Traceparent == $"00-{_trace}-{span.Id}-01"));
    }

    private string TraceParent => $"00-{_trace}-{ClientSpan}-01";

    private async Task<(CollectedSpan Server, CollectedSpan Transcode, CollectedSpan Client)> LinkedAsync()
    {
        CollectedSpan? server = null, transcode = null, client = null;
        await _collector!.TraceAsync(_trace, spans =>
        {
            server = spans.SingleOrDefault(static span => span.Kind == SpanKind.Server && span.ParentId == ClientSpan);
            transcode = spans.SingleOrDefault(static span => span.Name == "transcode");
            client = spans.SingleOrDefault(span => span.Kind == SpanKind.Client && span.ParentId == transcode?.Id);

            // YARP's span of its last step stands between the server's and the hub's.
            var step = spans.SingleOrDefault(span => span.Id == transcode?.ParentId);
            return server is not null && client is not null && step is not null && (step == server || step.ParentId == server.Id);
        });
        return (server!, transcode!, client!);
    }

    private static void AssertCall(CollectedSpan span, string route, string edge, string backend, string status)
    {
        Assert.Equal(route, span.Attributes["gateway.route"]);
        Assert.Equal(edge, span.Attributes["gateway.edge"]);
        Assert.Equal(backend, span.Attributes["gateway.upstream"]);
        Assert.Equal(status, span.Attributes["rpc.status_code"]);
    }
}
