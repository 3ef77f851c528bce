using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Foreign;

/// <summary>Chromium as the client: what a page from the gateway may do, and what one from elsewhere may not.</summary>
[Collection(nameof(ForeignFixture))]
public sealed class BrowserTests(ForeignFixture fixture) : ForeignTest(fixture)
{
    [NeedsFact("npm:puppeteer-core", "npm:@grpc/grpc-js", "chromium", "nginx")]
    public async Task Page_UsesEventSourceFetchAndWebSocket_AndAForeignOneIsRefused()
    {
        var gateway = Fixture.Gateway;
        await using var browser = NodeProgram.Start("browser.mjs", gateway.Address("/page/").ToString(), gateway.Address("", "ws").ToString().TrimEnd('/'), Fixture.ForeignPage);
        Assert.StartsWith(
            """{"name":"eventsource","data":["{\"index\":\"1\"}","{\"index\":\"2\"}","{\"index\":\"3\"}"],"id":""",
            await browser.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Equal(
            """{"name":"fetch","type":"application/x-ndjson","lines":[{"result":{"index":"1"}},{"result":{"index":"2"}},{"result":{"index":"3"}}]}""",
            await browser.ReadLineAsync());
        Assert.Equal("""{"name":"websocket","data":["{\"text\":\"from a page\"}"],"code":1000}""", await browser.ReadLineAsync());
        Assert.Equal("""{"name":"foreign","opened":false,"code":1006}""", await browser.ReadLineAsync());
        Assert.Equal(0, (await browser.EndAsync()).Exit);
    }
}
