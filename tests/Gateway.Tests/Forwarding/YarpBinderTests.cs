using System.Net;
using Gateway.Configuration;
using Gateway.Forwarding;
using Gateway.Tests.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Tests.Forwarding;

public sealed class YarpBinderTests
{
    [Fact]
    public void KeysOfYarp_AreBoundByYarp()
    {
        var snapshot = Bind("""
            { "ReverseProxy": {
              "Routes": { "r": { "ClusterId": "c", "Order": 3, "Match": { "Path": "/a/{**rest}", "Methods": [ "GET" ], "Headers": [ { "Name": "x", "Values": [ "1" ] } ] },
                          "Transforms": [ { "PathRemovePrefix": "/a" } ], "Metadata": { "k": "v" }, "Timeout": "00:00:05", "MaxRequestBodySize": 9 } },
              "Clusters": { "c": { "LoadBalancingPolicy": "Random", "Destinations": { "a": { "Address": "http://h:1", "Health": "http://h:2" } }, "HttpClient": { "SslProtocols": [ "Tls13" ] } } } } }
            """);

        var route = Assert.Single(snapshot.Routes);
        Assert.Equal("r", route.RouteId);
        Assert.Equal(3, route.Order);
        Assert.Equal("/a/{**rest}", route.Match.Path);
        Assert.Equal("x", Assert.Single(route.Match.Headers!).Name);
        Assert.Equal("/a", Assert.Single(route.Transforms!)["PathRemovePrefix"]);
        Assert.Equal("v", route.Metadata!["k"]);
        Assert.Equal(TimeSpan.FromSeconds(5), route.Timeout);
        Assert.Equal(9, route.MaxRequestBodySize);
        var cluster = Assert.Single(snapshot.Clusters);
        Assert.Equal("Random", cluster.LoadBalancingPolicy);
        Assert.Equal("http://h:2", cluster.Destinations!["a"].Health);
        Assert.Equal(System.Security.Authentication.SslProtocols.Tls13, cluster.HttpClient!.SslProtocols);
    }

    [Fact]
    public void StdioCluster_GetsOneDestinationPerInstance()
    {
        var cluster = Cluster(""" "Protocol": "stdio", "Instances": 2, "Process": { "Command": "jq" } """);

        Assert.Equal(["c#0", "c#1"], cluster.Destinations!.Keys);
        Assert.Equal("stdio://c/0", cluster.Destinations["c#0"].Address);
        Assert.Equal("stdio://c/1", cluster.Destinations["c#1"].Address);
    }

    [Fact]
    public void WebSocketCluster_IsReachedByHttp()
    {
        var destinations = Cluster(""" "Protocol": "websocket", "Destinations": { "a": { "Address": "ws://h:1/base", "Health": "wss://h:2" }, "b": { "Address": "wss://h" }, "c": { "Address": "http://h:3" } } """).Destinations!;

        Assert.Equal(("http://h:1/base", "https://h:2"), (destinations["a"].Address, destinations["a"].Health));
        Assert.Equal("https://h", destinations["b"].Address);
        Assert.Equal("http://h:3", destinations["c"].Address);
    }

    [Fact]
    public void GrpcCluster_InPlaintext_AsksForHttp2Exactly()
    {
        var request = Cluster(""" "Protocol": "grpc", "Destinations": { "a": { "Address": "http://h:1" } } """).HttpRequest!;

        Assert.Equal(HttpVersion.Version20, request.Version);
        Assert.Equal(HttpVersionPolicy.RequestVersionExact, request.VersionPolicy);
    }

    [Theory]
    [InlineData(""" "Protocol": "grpc", "Destinations": { "a": { "Address": "https://h:1" } } """)]
    [InlineData(""" "Protocol": "http", "Destinations": { "a": { "Address": "http://h:1" } } """)]
    public void OtherClusters_KeepTheVersionOfYarp(string members) => Assert.Null(Cluster(members).HttpRequest?.Version);

    [Fact]
    public void GrpcCluster_KeepsTheVersionOfItsWriter()
    {
        var request = Cluster(""" "Protocol": "grpc", "HttpRequest": { "Version": "3", "ActivityTimeout": "00:00:07" }, "Destinations": { "a": { "Address": "http://h:1" } } """).HttpRequest!;

        Assert.Equal(HttpVersion.Version30, request.Version);
        Assert.Null(request.VersionPolicy);
        Assert.Equal(TimeSpan.FromSeconds(7), request.ActivityTimeout);
    }

    [Theory]
    [InlineData("\"MaxRequestBodySize\": 1", "\"MaxRequestBodySize\": 2")]
    [InlineData("\"Edges\": [ \"http\" ]", "\"Edges\": [ \"sse\" ]")]
    [InlineData("\"Options\": { \"Http\": { \"Stream\": \"array\" } }", "\"Options\": { }")]
    [InlineData("\"Options\": { \"Limits\": { \"Depth\": 5 } }", "\"Options\": { \"Limits\": { \"Depth\": 6 } }")]
    public void ChangeOfOurKeys_MakesAnotherRoute(string before, string after)
    {
        var (first, same, second) = (Route(before), Route(before), Route(after));

        Assert.Equal(first, same);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void ChangeOfTheSchemasContent_MakesAnotherCluster()
    {
        using var directory = new TemporaryDirectory();
        var members = $$""" "Schema": { "DescriptorSets": [ "{{directory.Write("a.binpb", "one")}}" ] }, "Destinations": { "a": { "Address": "http://h:1" } } """;
        var (first, same) = (Cluster(members), Cluster(members));
        directory.Write("a.binpb", "two");

        Assert.Equal(first, same);
        Assert.NotEqual(first, Cluster(members));
    }

    [Fact]
    public void PlaceInTheFile_DoesNotCount() => Assert.Equal(Route("\"Order\": 1"), Route("\n\n\"Order\": 1"));

    [Fact]
    public void Fingerprint_ShowsNoSecret()
    {
        var cluster = Cluster(""" "Protocol": "stdio", "Process": { "Command": "jq", "Environment": { "TOKEN": "hunter2" } } """);

        Assert.DoesNotContain("hunter2", cluster.Metadata![ConfigFingerprint.Key], StringComparison.Ordinal);
        Assert.Equal(64, cluster.Metadata[ConfigFingerprint.Key].Length);
    }

    [Fact]
    public void AThousandRoutes_AreBoundInWellUnderASecond()
    {
        var json = GatewayConfigReaderTests.ManyRoutes(1000);

        var fastest = GatewayConfigReaderTests.FastestOfThree(() =>
        {
            var snapshot = Bind(json);
            Assert.Equal(1000, snapshot.Routes.Count);
            Assert.Equal(1000, snapshot.Clusters.Count);
        });

        Assert.True(fastest < TimeSpan.FromSeconds(1), $"took {fastest}");
    }

    private static RouteConfig Route(string members) => Assert.Single(Bind(ConfigText.WithRoute(members)).Routes);

    private static ClusterConfig Cluster(string members) => Assert.Single(Bind(ConfigText.WithCluster(members)).Clusters);

    private static YarpSnapshot Bind(string json)
    {
        var (snapshot, problems) = YarpBinder.Bind(ConfigText.Good(json), model: null);
        Assert.Empty(problems);
        return snapshot!;
    }
}
