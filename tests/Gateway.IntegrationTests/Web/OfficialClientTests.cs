using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Web;

/// <summary>The clients that others have written: @connectrpc for Node.js, and in Chromium @connectrpc/connect-web and Google's grpc-web.</summary>
[Collection(nameof(WebFixture))]
public sealed class OfficialClientTests(WebFixture fixture) : IDisposable
{
    public void Dispose() => fixture.Gateway.AssertNoErrors();

    [NeedsFact("npm:@connectrpc/connect-node", "jq")]
    public async Task ConnectNode_HoldsByEveryTransport_BeforeEveryBackend()
    {
        var lines = (await NodeProgram.RunAsync("connect-clients.mjs", fixture.Gateway.Url.ToString().TrimEnd('/'), fixture.Descriptors, Protos.Library))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] transports =
        [
            "connect json 1.1", "connect proto 1.1", "connect json 2", "connect proto 2", "connect gzip 2",
            "grpc-web 1.1", "grpc-web json 1.1", "grpc-web gzip 2", "grpc 2", "grpc gzip 2", "connect get",
        ];
        var before = from backend in (string[])["grpc", "http", "sse", "websocket", "stdio"]
                     from transport in (string[])["connect json 1.1", "connect proto 2", "grpc-web 1.1", "grpc 2"]
                     select $"{transport}: {backend}";
        Assert.Equal([.. transports.Select(static t => t + ": interop"), .. before], lines);
    }

    [NeedsFact("npm:@connectrpc/connect-web", "npm:grpc-web", "npm:esbuild", "npm:puppeteer-core", "chromium")]
    public async Task Chromium_CallsAcrossOrigins_AndAForeignPageMayNot()
    {
        var lines = (await NodeProgram.RunAsync(
            "browser-clients.mjs", fixture.Gateway.Url.ToString().TrimEnd('/'), fixture.Descriptors, Protos.Library, "http://app.example.com/", "http://other.example.net/"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            ["connect json: held", "connect proto: held", "connect get: held", "grpc-web: held", "grpc-web json: held", "google binary: held", "google text: held", "foreign: refused"],
            lines);
    }
}
