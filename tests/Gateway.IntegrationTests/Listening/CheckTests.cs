using Gateway.Cli;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Listening;

/// <summary>What `gateway check` says of pairs that cannot be: one sentence each, with what would be right.</summary>
public sealed class CheckTests
{
    private const string Library = "\"Schema\": { \"DescriptorSets\": [ \"LIBRARY\" ] }, ";
    private const string There = "\"Destinations\": { \"a\": { \"Address\": \"http://127.0.0.1:1\" } }";
    private const string Socket = "\"Destinations\": { \"a\": { \"Address\": \"ws://127.0.0.1:1\" } }";

    [Theory]
    [InlineData("an SSE edge, methods that stream requests", 0, "", "\"Protocol\": \"grpc\", " + Library + There,
        "not library.v1.Behaviours/Collect: ", "an event stream flows one way only")]
    [InlineData("an SSE backend, methods that stream requests", 0, "", "\"Protocol\": \"sse\", " + Library + There,
        "not library.v1.Behaviours/Collect: An SSE backend cannot", "an event stream flows one way only")]
    [InlineData("a WebSocket backend that has no word for the half-close", 0, "", "\"Protocol\": \"websocket\", " + Library + Socket,
        "not library.v1.Behaviours/Collect: ", "HalfClose")]
    [InlineData("an HTTP backend, methods that stream both ways", 0, "", "\"Protocol\": \"http\", " + Library + There,
        "not library.v1.Behaviours/Chat: ", "\"Http\": { \"Duplex\": true } would be right")]
    [InlineData("a CGI program behind gRPC", 1, "\"Edges\": [ \"grpc\" ], ", "\"Protocol\": \"stdio\", \"Process\": { \"Command\": \"/bin/cat\", \"Framing\": \"cgi\" }",
        "ReverseProxy:Routes:r:Edges", "'grpc': ")]
    [InlineData("a field that is none", 1, "\"Options\": { \"Sse\": { \"Resume\": \"field\", \"ResumeField\": { \"Request\": \"afterwards\", \"Response\": \"sequence\" } } }, ",
        "\"Protocol\": \"grpc\", " + Library + There, "ReverseProxy:Routes:r:Options:Sse:ResumeField", "has no field 'afterwards'", "name a field of the request and one of the answer")]
    [InlineData("a field that is not named", 1, "\"Options\": { \"Sse\": { \"Resume\": \"field\" } }, ",
        "\"Protocol\": \"grpc\", " + Library + There, "ReverseProxy:Routes:r:Options:Sse:Resume", "'field' needs the key 'ResumeField'")]
    [InlineData("a poll of methods", 1, "", "\"Protocol\": \"http\", \"Http\": { \"Poll\": {} }, " + Library + There,
        "ReverseProxy:Clusters:c:Http:Poll", "this cluster has a Schema")]
    [InlineData("a shared CGI program", 1, "", "\"Protocol\": \"stdio\", \"Process\": { \"Command\": \"/bin/cat\", \"Framing\": \"cgi\", \"Shared\": true }",
        "ReverseProxy:Clusters:c:Process:Shared", "a CGI program answers one request")]
    public async Task WhatCannotBe_IsSaid(string what, int exit, string route, string cluster, params string[] expected)
    {
        var directory = Directory.CreateTempSubdirectory("check-");
        try
        {
            var file = Path.Combine(directory.FullName, "gateway.json");
            await File.WriteAllTextAsync(file, $$"""
                { "ReverseProxy": {
                    "Routes": { "r": { "ClusterId": "c", {{route}} "Match": { "Path": "/{**path}" } } },
                    "Clusters": { "c": { {{cluster.Replace("LIBRARY", Protos.Library, StringComparison.Ordinal)}} } } } }
                """);
            using var output = new StringWriter();
            using var errors = new StringWriter();

            var code = await CheckCommand.RunAsync(file, output, errors, Wait.Token());

            var told = code == 0 ? output.ToString() : errors.ToString();
            Assert.True(code == exit, $"{what}: exit {code}\n{told}");
            Assert.True(
                told.Split('\n').Any(line => expected.All(part => line.Contains(part, StringComparison.Ordinal))),
                $"{what}: no line holds {string.Join(" … ", expected)}\n{told}");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
