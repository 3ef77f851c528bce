using System.Diagnostics;
using System.Text;
using Gateway.Configuration;

namespace Gateway.Tests.Configuration;

public sealed class GatewayConfigReaderTests
{
    [Fact]
    public void EveryKeyOfOurs_ReachesItsRecord()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.Write("gateway.json", """
            {
              // Comments and trailing commas are allowed.
              "$schema": "gateway.schema.json",
              "Urls": "http://127.0.0.1:0",
              "Admin": { "Urls": "http://127.0.0.1:1" },
              "ReverseProxy": {
                "Routes": {
                  "library": {
                    "ClusterId": "library",
                    "Match": { "Path": "/{**path}" },
                    "Edges": [ "http", "SSE" ],
                    "Timeout": "00:00:30",
                    "MaxRequestBodySize": 17,
                    "Options": {
                      "Http": { "Stream": "array", "UnknownQuery": "ignore", "IgnoreQuery": [ "key" ], "UnknownFields": "ignore", "ErrorFormat": "google",
                                "AutoMapping": false, "IgnoreTrailingSlash": true, "EmitDefaults": true, "ProtoNames": true, "EnumsAsNumbers": true, "HeaderFlushDelay": "00:00:01" },
                      "Sse": { "Resume": "none", "Heartbeat": "00:00:20", "Retry": "00:00:01", "ErrorEvent": "failure" },
                      "WebSocket": { "AllowedOrigins": [ "https://app.example.com" ], "MaxMessageSize": "1MiB", "PingInterval": "00:00:05", "PongTimeout": "00:00:02", "ErrorMessage": false },
                      "Metadata": { "Allow": [ "x-*" ], "Deny": [ "x-secret" ] },
                      "Limits": { "MessageSize": "8MiB", "Depth": 20, "CallsPerSocket": 3, "StreamIdle": "00:10:00" },
                    },
                  },
                },
                "Clusters": {
                  "library": {
                    "Protocol": "grpc",
                    "Schema": { "DescriptorSets": [ "library.binpb" ], "Reflection": true },
                    "LoadBalancingPolicy": "RoundRobin", "SessionAffinity": { }, "HealthCheck": { }, "HttpClient": { },
                    "Destinations": { "a": { "Address": "http://127.0.0.1:50051" } },
                  },
                  "tools": {
                    "Protocol": "stdio", "Instances": 3,
                    "Process": {
                      "Command": "/usr/bin/jq", "Arguments": [ "-c", "." ], "Framing": "raw", "Dialect": "none", "Lifetime": "request", "MaxProcesses": 7,
                      "Environment": { "LANG": "C.UTF-8" }, "PassEnvironment": [ "PATH" ], "WorkingDirectory": "work",
                      "Limits": { "LineLength": "2MiB" }, "Stop": { "Grace": "00:00:05" }, "ExposeStderr": true,
                    },
                  },
                },
              },
            }
            """);
        directory.Write("library.binpb", "");

        var (config, problems) = GatewayConfigReader.Read(file, ConfigText.NoVariables);

        Assert.Empty(problems);
        Assert.Equal("http://127.0.0.1:0", config!.Urls);
        Assert.Equal("http://127.0.0.1:1", config.AdminUrls);
        var route = config.Routes["library"];
        Assert.Equal("library", route.ClusterId);
        Assert.Equal(["http", "sse"], route.Edges!);
        Assert.Equal(TimeSpan.FromSeconds(30), route.Timeout);
        Assert.Equal(17, route.MaxRequestBodySize);
        Assert.Equal(new SourcePosition(file, 8, 7), route.Position);
        var options = route.Options;
        Assert.Equal(["key"], options.Http.IgnoreQuery);
        Assert.Equivalent(
            new HttpEdgeOptions
            {
                Stream = "array", UnknownQuery = "ignore", IgnoreQuery = ["key"], UnknownFields = "ignore", AutoMapping = false, IgnoreTrailingSlash = true,
                EmitDefaults = true, ProtoNames = true, EnumsAsNumbers = true, HeaderFlushDelay = TimeSpan.FromSeconds(1),
            },
            options.Http,
            strict: true);
        Assert.Equal(new SseEdgeOptions { Resume = "none", Heartbeat = TimeSpan.FromSeconds(20), Retry = TimeSpan.FromSeconds(1), ErrorEvent = "failure" }, options.Sse);
        Assert.Equivalent(
            new WebSocketEdgeOptions
            {
                AllowedOrigins = ["https://app.example.com"], MaxMessageSize = 1 << 20, PingInterval = TimeSpan.FromSeconds(5), PongTimeout = TimeSpan.FromSeconds(2), ErrorMessage = false,
            },
            options.WebSocket,
            strict: true);
        Assert.Equal(["x-*"], options.Metadata.Allow!);
        Assert.Equal(["x-secret"], options.Metadata.Deny);
        Assert.Equal(new LimitOptions { MessageSize = 8 << 20, Depth = 20, CallsPerSocket = 3, StreamIdle = TimeSpan.FromMinutes(10) }, options.Limits);
        var library = config.Clusters["library"];
        Assert.Equal("grpc", library.Protocol);
        Assert.Equal([directory.PathOf("library.binpb")], library.Schema!.DescriptorSets);
        Assert.True(library.Schema.Reflection);
        Assert.Equal("http://127.0.0.1:50051", library.Destinations["a"]);
        var tools = config.Clusters["tools"];
        Assert.Equal(3, tools.Instances);
        Assert.Empty(tools.Destinations);
        Assert.Equivalent(
            new ProcessSettings
            {
                Command = "/usr/bin/jq", Arguments = ["-c", "."], Framing = "raw", Lifetime = "request", MaxProcesses = 7,
                Environment = new Dictionary<string, string> { ["LANG"] = "C.UTF-8" }, PassEnvironment = ["PATH"], WorkingDirectory = directory.PathOf("work"),
                LineLength = 2 << 20, StopGrace = TimeSpan.FromSeconds(5), ExposeStderr = true,
            },
            tools.Process,
            strict: true);
    }

    [Fact]
    public void AbsentKeys_KeepTheDefaultsOfTheRecords()
    {
        var config = ConfigText.Good(ConfigText.WithCluster(""" "Destinations": { "a": { "Address": "http://127.0.0.1:1" } } """));

        Assert.Null(config.Urls);
        Assert.Equal("http://127.0.0.1:8081", config.AdminUrls);
        Assert.Equivalent(new RouteOptions(), config.Routes["r"].Options, strict: true);
        Assert.Null(config.Routes["r"].Edges);
        Assert.Equal("http", config.Clusters["c"].Protocol);
        Assert.Null(config.Clusters["c"].Schema);
    }

    [Fact]
    public void AllProblems_AreReportedAtOnce_InTheOrderOfTheFile()
    {
        var problems = ConfigText.Bad("""
            {
              "Urls": "127.0.0.1:8080",
              "ReverseProxy": {
                "Routes": {
                  "library": {
                    "ClusterId": "libary",
                    "Match": { "Path": "/{**path" },
                    "Edges": [ "http", "grcp" ],
                    "Timeout": 30,
                    "Options": { "Http": { "Stream": "ndjsn" }, "Limits": { "MessageSize": "4MB" } }
                  },
                  "lost": { "Match": {} }
                },
                "Clusters": {
                  "library": { "Protocl": "grpc", "Destinations": { "a": { "Address": "stdio:jq" } } },
                  "tools": { "Protocol": "stdio", "Destinations": { "a": { "Address": "http://x" } } },
                  "empty": { "Process": { "Command": "jq -c ." }, "Schema": { "DescriptorSets": [ "/nowhere/x.binpb" ] } },
                  "later": { "Protocol": "stdio", "Process": { "Command": "jq", "Framing": "lps", "Lifetime": "pool", "Dialect": "mcp", "User": "nobody", "Limits": { "Memory": "1MiB" } }, "Resilience": { "Hedging": {}, "Retry": { "Attempts": 1, "Statuses": [ "UNAVAILBLE" ] } } }
                }
              }
            }
            """);

        Assert.Equal(
            [
                "gateway.json:2:11: Urls: '127.0.0.1:8080' is no address to listen on; write one like \"http://127.0.0.1:8080\"",
                "gateway.json:6:22: ReverseProxy:Routes:library:ClusterId: no cluster is called 'libary' (did you mean 'library'?)",
                "gateway.json:7:28: ReverseProxy:Routes:library:Match:Path: '/{**path' is no path pattern: There is an incomplete parameter in the route template. Check that each '{' character has a matching '}' character.",
                "gateway.json:8:28: ReverseProxy:Routes:library:Edges:1: 'grcp' is none of http, sse, websocket, grpc, stdio (did you mean 'grpc'?)",
                "gateway.json:9:20: ReverseProxy:Routes:library:Timeout: expected a duration as \"hh:mm:ss\", like \"00:00:30\", found '30'",
                "gateway.json:10:42: ReverseProxy:Routes:library:Options:Http:Stream: 'ndjsn' is none of ndjson, ndjson-bare, array, grpc-gateway, aspnet (did you mean 'ndjson'?)",
                "gateway.json:10:80: ReverseProxy:Routes:library:Options:Limits:MessageSize: expected a size of at least 1 bytes, a number or like \"4MiB\", found '4MB'",
                "gateway.json:12:7: ReverseProxy:Routes:lost: a route needs the key 'ClusterId'",
                "gateway.json:12:17: ReverseProxy:Routes:lost:Match: a match needs the key 'Hosts' or 'Path'",
                "gateway.json:15:20: ReverseProxy:Clusters:library:Protocl: unknown key 'Protocl' (did you mean 'Protocol'?)",
                "gateway.json:15:75: ReverseProxy:Clusters:library:Destinations:a:Address: 'stdio:jq' does not fit Protocol 'http'; use http or https",
                "gateway.json:16:7: ReverseProxy:Clusters:tools: a stdio cluster needs the key 'Process': { \"Command\": … }",
                "gateway.json:16:39: ReverseProxy:Clusters:tools:Destinations: a stdio cluster has no Destinations: its process is the destination; \"Instances\": n makes n of them",
                "gateway.json:17:7: ReverseProxy:Clusters:empty: a cluster of Protocol 'http' needs the key 'Destinations': { \"a\": { \"Address\": … } }",
                "gateway.json:17:18: ReverseProxy:Clusters:empty:Process: 'Process' belongs to Protocol 'stdio'; this cluster's Protocol is 'http'",
                "gateway.json:17:87: ReverseProxy:Clusters:empty:Schema:DescriptorSets:0: there is no file '/nowhere/x.binpb'",
                "gateway.json:18:80: ReverseProxy:Clusters:later:Process:Framing: 'lps' is none of ndjson, lsp, len32, varint, json-seq, raw, cgi (did you mean 'lsp'?)",
                "gateway.json:18:99: ReverseProxy:Clusters:later:Process:Lifetime: Lifetime 'pool' is not supported yet by this version; use 'request' or 'connection'",
                "gateway.json:18:118: ReverseProxy:Clusters:later:Process:Dialect: Dialect 'mcp' is not supported yet by this version; use 'none' or 'jsonrpc'",
                "gateway.json:18:125: ReverseProxy:Clusters:later:Process:User: 'User' is not supported yet by this version; run the gateway as that user",
                "gateway.json:18:155: ReverseProxy:Clusters:later:Process:Limits:Memory: 'Memory' is not supported yet by this version; leave it out",
                "gateway.json:18:193: ReverseProxy:Clusters:later:Resilience:Hedging: 'Hedging' is not supported yet by this version; use Timeout with Retry",
                "gateway.json:18:231: ReverseProxy:Clusters:later:Resilience:Retry:Attempts: expected a whole number from 2 to 10, found '1'",
                "gateway.json:18:248: ReverseProxy:Clusters:later:Resilience:Retry:Statuses:0: 'UNAVAILBLE' is none of CANCELLED, UNKNOWN, INVALID_ARGUMENT, DEADLINE_EXCEEDED, NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED, RESOURCE_EXHAUSTED, FAILED_PRECONDITION, ABORTED, OUT_OF_RANGE, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS, UNAUTHENTICATED (did you mean 'UNAVAILABLE'?)",
            ],
            problems);
    }

    [Theory]
    [InlineData("", "gateway.json:1:1: malformed JSON: The input does not contain any JSON tokens. Expected the input to start with a valid JSON token, when isFinalBlock is true.")]
    [InlineData("[]", "gateway.json:1:1: expected an object: { \"ReverseProxy\": { … } }")]
    [InlineData("{\n  \"Urls\": \"é\" \"x\"\n}", "gateway.json:2:15: malformed JSON: '\"' is invalid after a value. Expected either ',', '}', or ']'.")]
    [InlineData("{} {}", "gateway.json:1:4: malformed JSON: '{' is invalid after a single JSON value. Expected end of data.")]
    public void MalformedJson_IsOneProblemWithItsPosition(string json, string expected) => Assert.Equal(expected, ConfigText.Problem(json));

    [Fact]
    public void DepthAboveBound_IsRefused() =>
        Assert.Contains("depth of 64", ConfigText.Problem(string.Concat(Enumerable.Repeat("{\"a\":", 100))), StringComparison.Ordinal);

    [Fact]
    public void BytesThatAreNotUtf8_AreRefusedWhereTheyBegin()
    {
        byte[] json = [.. "{\n \"Urls\": \""u8, 0xC3, 0x28, .. "\" }"u8];

        var (config, problems) = GatewayConfigReader.Read(ConfigText.File, json, ConfigText.NoVariables);

        Assert.Null(config);
        Assert.Equal("gateway.json:2:11: not UTF-8 from here on; save the file as UTF-8", Assert.Single(problems).ToString());
    }

    [Fact]
    public void ByteOrderMark_IsSkipped() => Assert.NotNull(GatewayConfigReader.Read(ConfigText.File, "\uFEFF{}"u8, ConfigText.NoVariables).Config);

    [Fact]
    public void DuplicateKey_InAnotherCase_IsRefused() =>
        Assert.Equal("gateway.json:2:1: Urls: duplicate key 'urls'; it stands at line 1 already", ConfigText.Problem("{ \"Urls\": \"http://*:1\",\n\"urls\": \"http://*:2\" }"));

    [Fact]
    public void KeysAreCaseInsensitive()
    {
        var config = ConfigText.Good("""
            { "urls": "http://*:1", "reverseproxy": { "clusters": { "C": { "protocol": "GRPC", "destinations": { "a": { "address": "http://h:1" } } } },
              "routes": { "r": { "clusterid": "c", "match": { "path": "/" } } } } }
            """);

        Assert.Equal("http://*:1", config.Urls);
        Assert.Equal("grpc", config.Clusters["c"].Protocol);
    }

    [Fact]
    public void KeyWithColons_IsAPath() =>
        Assert.Equal("http://*:2", ConfigText.Good("""{ "Admin:Urls": "http://*:2" }""").AdminUrls);

    [Fact]
    public void MissingFile_IsOneProblem()
    {
        var (config, problems) = GatewayConfigReader.Read("/nowhere/gateway.json", ConfigText.NoVariables);

        Assert.Null(config);
        Assert.Equal("/nowhere/gateway.json:1:1: there is no such file", Assert.Single(problems).ToString());
    }

    [Fact]
    public void FileAboveBound_IsRefused()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.PathOf("gateway.json");
        using (var stream = File.Create(file))
        {
            stream.SetLength(GatewayConfigReader.MaxFileSize + 1);
        }

        Assert.EndsWith(":1:1: larger than 16 MiB, the most a configuration may have", Assert.Single(GatewayConfigReader.Read(file, ConfigText.NoVariables).Problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ProblemsOfAHostileFile_AreBounded()
    {
        var json = "{" + string.Join(',', Enumerable.Range(0, 5000).Select(i => $"\"k{i}\":1")) + "}";

        var problems = ConfigText.Bad(json);

        Assert.Equal(ConfigProblems.MaxProblems + 1, problems.Length);
        Assert.Equal("more than 1000 problems; the rest is not listed", problems[^1]);
    }

    [Theory]
    [InlineData("\"Edges\": []", "ReverseProxy:Routes:r:Edges: the list is empty; leave the key out for the default, or name at least one")]
    [InlineData("\"Edges\": \"http\"", "ReverseProxy:Routes:r:Edges: expected a list, found 'http'")]
    [InlineData("\"Order\": 1.5", "ReverseProxy:Routes:r:Order: expected a whole number, found '1.5'")]
    [InlineData("\"Options\": { \"Http\": { \"AutoMapping\": \"yes\" } }", "ReverseProxy:Routes:r:Options:Http:AutoMapping: expected true or false, found 'yes'")]
    [InlineData("\"Options\": { \"Limits\": { \"Depth\": 0 } }", "ReverseProxy:Routes:r:Options:Limits:Depth: expected a whole number from 1 to 1000, found '0'")]
    [InlineData("\"Options\": { \"Sse\": { \"Heartbeat\": \"00:00:00\" } }", "ReverseProxy:Routes:r:Options:Sse:Heartbeat: expected a duration as \"hh:mm:ss\" from 00:00:00.0010000 to 1.00:00:00, like \"00:00:30\", found '00:00:00'")]
    [InlineData("\"Options\": { \"WebSocket\": { \"AllowedOrigins\": [ \"app.example.com\" ] } }", "ReverseProxy:Routes:r:Options:WebSocket:AllowedOrigins:0: 'app.example.com' is no origin; write scheme and host only, like \"https://app.example.com\", or \"*\"")]
    [InlineData("\"Timeout\": \"00:00:01\", \"TimeoutPolicy\": \"p\"", "ReverseProxy:Routes:r:TimeoutPolicy: a route has Timeout or TimeoutPolicy, not both")]
    [InlineData("\"Transforms\": [ { \"PathPrefx\": \"/a\" } ]", "ReverseProxy:Routes:r:Transforms:0:PathPrefx: 'PathPrefx' is not a transform (did you mean 'PathPrefix'?)")]
    [InlineData("\"Transforms\": [ { \"ResponseHeader\": \"x\", \"Set\": \"y\", \"Wen\": \"Always\" } ]", "ReverseProxy:Routes:r:Transforms:0:Wen: unknown key 'Wen' (did you mean 'When'?)")]
    [InlineData("\"Options\": { \"Tcp\": {} }", "ReverseProxy:Routes:r:Options:Tcp: unknown key 'Tcp'; the options of a route has Http, Sse, WebSocket, Grpc, Metadata, Limits, Describe")]
    [InlineData("\"Metadata\": { \"a\": [ 1 ] }", "ReverseProxy:Routes:r:Metadata:a: expected a text, found a list")]
    public void WrongValueInARoute_SaysWhatWouldBeRight(string member, string expected) =>
        Assert.Equal(expected, Without(ConfigText.Problem(ConfigText.WithRoute(member))));

    [Theory]
    [InlineData("\"Destinations\": { \"a\": { \"Address\": \"h:1\" } }", "ReverseProxy:Clusters:c:Destinations:a:Address: 'h:1' is no absolute URL; write one like \"http://127.0.0.1:5000\"")]
    [InlineData("\"Destinations\": { \"a\": { \"Address\": \"/x y\" } }", "ReverseProxy:Clusters:c:Destinations:a:Address: '/x y' is no absolute URL; write one like \"http://127.0.0.1:5000\"")]
    [InlineData("\"Destinations\": { \"a\": { \"Address\": \"nothing\" } }", "ReverseProxy:Clusters:c:Destinations:a:Address: 'nothing' is no absolute URL; write one like \"http://127.0.0.1:5000\"")]
    [InlineData("\"Destinations\": { \"a\": { } }", "ReverseProxy:Clusters:c:Destinations:a: a destination needs the key 'Address'")]
    [InlineData("\"Protocol\": \"grpc\", \"Destinations\": { \"a\": { \"Address\": \"ws://h\" } }", "ReverseProxy:Clusters:c:Destinations:a:Address: 'ws://h' does not fit Protocol 'grpc'; use http or https, or Protocol 'websocket'")]
    [InlineData("\"Instances\": 2, \"Destinations\": { \"a\": { \"Address\": \"http://h\" } }", "ReverseProxy:Clusters:c:Instances: 'Instances' belongs to Protocol 'stdio'; this cluster's Protocol is 'http': list its Destinations")]
    [InlineData("\"Protocol\": \"stdio\", \"Process\": { \"Command\": \"jq -c .\" }", "ReverseProxy:Clusters:c:Process:Command: a command is one word, never a shell line; put the others into Arguments: [ … ]")]
    [InlineData("\"Protocol\": \"stdio\", \"Process\": { \"Command\": \"jq\", \"Framing\": \"xml\" }", "ReverseProxy:Clusters:c:Process:Framing: 'xml' is none of ndjson, lsp, len32, varint, json-seq, raw, cgi")]
    [InlineData("\"Protocol\": \"stdio\", \"Process\": { \"Command\": \"jq\", \"ExitCodes\": \"bufs\" }", "ReverseProxy:Clusters:c:Process:ExitCodes: 'bufs' is none of sysexits, grpcurl, buf (did you mean 'buf'?)")]
    [InlineData("\"Protocol\": \"stdio\", \"Process\": { \"Command\": \"jq\", \"ExitCodes\": { \"256\": \"NOT_FOUND\" } }", "ReverseProxy:Clusters:c:Process:ExitCodes:256: '256' is not an exit code from 1 to 255")]
    [InlineData("\"Protocol\": \"stdio\", \"Process\": { \"Command\": \"jq\", \"ScriptName\": \"hook/\" }", "ReverseProxy:Clusters:c:Process:ScriptName: 'hook/' is no such path: it begins with / and does not end with it, like /hook")]
    [InlineData("\"Schema\": { \"ProtoFiles\": [ \"/nowhere/a.proto\" ] }, \"Destinations\": { \"a\": { \"Address\": \"http://h\" } }", "ReverseProxy:Clusters:c:Schema:ProtoFiles:0: there is no .proto file '/nowhere/a.proto'; a file, a directory or a pattern such as protos/**/*.proto would be right")]
    [InlineData("\"LoadBalancingPolicy\": \"RoundRobbin\", \"Destinations\": { \"a\": { \"Address\": \"http://h\" } }", "ReverseProxy:Clusters:c:LoadBalancingPolicy: 'RoundRobbin' is none of PowerOfTwoChoices, FirstAlphabetical, Random, RoundRobin, LeastRequests (did you mean 'RoundRobin'?)")]
    [InlineData("\"HttpRequest\": { \"Version\": \"4\" }, \"Destinations\": { \"a\": { \"Address\": \"http://h\" } }", "ReverseProxy:Clusters:c:HttpRequest:Version: '4' is no HTTP version; write 1.1, 2 or 3")]
    public void WrongValueInACluster_SaysWhatWouldBeRight(string members, string expected) =>
        Assert.Equal(expected, Without(ConfigText.Problem(ConfigText.WithCluster(members))));

    [Fact]
    public void WebSocketCluster_TakesBothPairsOfSchemes()
    {
        foreach (var scheme in new[] { "ws", "wss", "http", "https" })
        {
            ConfigText.Good(ConfigText.WithCluster($$""" "Protocol": "websocket", "Destinations": { "a": { "Address": "{{scheme}}://h/x" } } """));
        }
    }

    [Fact]
    public void FileOfAYarpUser_IsGoodUnchanged()
    {
        var config = ConfigText.Good("""
            {
              "Logging": { "LogLevel": { "Default": "Information", "Yarp": "Warning" }, "Console": { "FormatterName": "json" } },
              "AllowedHosts": "*",
              "Kestrel": { "Endpoints": { "http": { "Url": "http://localhost:5000" }, "https": { "Url": "https://*:5001", "Protocols": "Http1AndHttp2", "Certificate": { "Path": "a.pfx", "Password": "p" } } },
                           "Limits": { "MaxRequestBodySize": 1000, "Http2": { "MaxStreamsPerConnection": 50 } } },
              "ReverseProxy": {
                "Routes": {
                  "all": {
                    "ClusterId": "c", "Order": 5, "MaxRequestBodySize": -1, "AuthorizationPolicy": "Default", "RateLimiterPolicy": "p", "OutputCachePolicy": "o", "CorsPolicy": "Disable", "TimeoutPolicy": "t",
                    "Match": { "Path": "/api/{**catch-all}", "Hosts": [ "www.example.com" ], "Methods": [ "get", "PUT" ],
                               "Headers": [ { "Name": "x", "Values": [ "1", 2 ], "Mode": "exactHeader", "IsCaseSensitive": true } ],
                               "QueryParameters": [ { "Name": "q", "Mode": "Exists" } ] },
                    "Metadata": { "k": "v", "n": 5 },
                    "Transforms": [ { "RequestHeader": "h", "Append": "b" }, { "RequestHeadersCopy": "true" }, { "X-Forwarded": "Set", "For": "Append", "HeaderPrefix": "X-" },
                                    { "Forwarded": "by,for", "ByFormat": "Random", "Action": "Append" }, { "ResponseTrailer": "t", "Set": "s", "When": "Always" } ]
                  }
                },
                "Clusters": {
                  "c": {
                    "Destinations": { "a": { "Address": "https://example.com/", "Health": "https://example.com/health", "Host": "x", "Metadata": { } } },
                    "LoadBalancingPolicy": "PowerOfTwoChoices",
                    "SessionAffinity": { "Enabled": true, "Policy": "Cookie", "FailurePolicy": "Redistribute", "AffinityKeyName": "k",
                                         "Cookie": { "Domain": "d", "Path": "/", "Expiration": "03:00:00", "MaxAge": "1.00:00:00", "HttpOnly": true, "IsEssential": true, "SameSite": "Strict", "SecurePolicy": "Always" } },
                    "HealthCheck": { "Active": { "Enabled": "true", "Interval": "00:00:10", "Timeout": "00:00:10", "Policy": "ConsecutiveFailures", "Path": "/h", "Query": "?a" },
                                     "Passive": { "Enabled": true, "Policy": "TransportFailureRate", "ReactivationPeriod": "00:00:10" }, "AvailableDestinationsPolicy": "HealthyOrPanic" },
                    "HttpClient": { "SslProtocols": [ "Tls13" ], "MaxConnectionsPerServer": 1024, "DangerousAcceptAnyServerCertificate": null, "EnableMultipleHttp2Connections": true,
                                    "RequestHeaderEncoding": "utf-8", "WebProxy": { "Address": "http://p:1", "BypassOnLocal": false } },
                    "HttpRequest": { "ActivityTimeout": "00:02:00", "Version": 2, "VersionPolicy": "RequestVersionOrLower", "AllowResponseBuffering": false },
                    "Metadata": { "a": "b" }
                  }
                }
              }
            }
            """);

        Assert.Equal(-1, config.Routes["all"].MaxRequestBodySize);
    }

    [Fact]
    public void AThousandRoutes_AreReadInWellUnderASecond()
    {
        var json = ManyRoutes(1000);

        var fastest = FastestOfThree(() => Assert.Equal(1000, ConfigText.Good(json).Routes.Count));

        Assert.True(fastest < TimeSpan.FromSeconds(1), $"took {fastest}");
    }

    /// <summary>The machine may be busy with something else, but not three times.</summary>
    internal static TimeSpan FastestOfThree(Action action)
    {
        var fastest = TimeSpan.MaxValue;
        for (var run = 0; run < 3; run++)
        {
            var watch = Stopwatch.StartNew();
            action();
            fastest = watch.Elapsed < fastest ? watch.Elapsed : fastest;
        }

        return fastest;
    }

    internal static string ManyRoutes(int count)
    {
        var json = new StringBuilder("{ \"ReverseProxy\": { \"Routes\": {");
        for (var i = 0; i < count; i++)
        {
            json.Append(System.Globalization.CultureInfo.InvariantCulture, $$"""
                "r{{i}}": { "ClusterId": "c{{i}}", "Match": { "Path": "/r{{i}}/{**rest}", "Methods": [ "GET", "POST" ] }, "Transforms": [ { "PathRemovePrefix": "/r{{i}}" } ], "Edges": [ "http" ] },
                """).Append('\n');
        }

        json.Append("}, \"Clusters\": {");
        for (var i = 0; i < count; i++)
        {
            json.Append(System.Globalization.CultureInfo.InvariantCulture, $$"""
                "c{{i}}": { "LoadBalancingPolicy": "RoundRobin", "Destinations": { "a": { "Address": "http://127.0.0.1:{{i + 1}}" }, "b": { "Address": "http://127.0.0.2:{{i + 1}}" } } },
                """).Append('\n');
        }

        return json.Append("} } }").ToString();
    }

    /// <summary>The problem without its position, which other tests hold.</summary>
    private static string Without(string problem) => problem[(problem.IndexOf(": ", StringComparison.Ordinal) + 2)..];
}
