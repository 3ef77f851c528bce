using System.Net;
using System.Text;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Bodies;

/// <summary>
/// How a stream over HTTP ends, in every framing and version of HTTP: well only when it was. What carries failures tells them and ends in order;
/// what does not is broken off, so that no client takes a part for the whole. Source: PROTOCOLS §10.4.
/// </summary>
public sealed class StreamEndTests(BlobFixture fixture) : IClassFixture<BlobFixture>, IDisposable
{
    private readonly string _name = Guid.NewGuid().ToString("N");

    public void Dispose() => fixture.Gateway.AssertNoErrors();

    public static TheoryData<string, string, string> Cells
    {
        get
        {
            var cells = new TheoryData<string, string, string>();
            foreach (var framing in (string[])["ndjson", "lines", "status", "ndjson-bare", "array", "json-seq", "sse", "raw"])
            {
                foreach (var version in (string[])["1.0", "1.1", "2"])
                {
                    foreach (var end in (string[])["clean", "error", "kill", "deadline", "cancel"])
                    {
                        cells.Add(framing, version, end);
                    }
                }
            }

            return cells;
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Stream_EndsAsItEnded(string framing, string version, string end)
    {
        var (path, accept) = Ask(framing);
        await using Reader reader = version == "2"
            ? await Http2Reader.OpenAsync(fixture.Gateway, path, accept)
            : await Http1Reader.OpenAsync(fixture.Gateway, path, accept, version);
        await reader.ReadUntilAsync("one");

        switch (end)
        {
            case "cancel":
                await reader.DisposeAsync();
                await fixture.Server.CancelledAsync(_name);
                return;
            case "deadline":
                fixture.Clock.Advance(TimeSpan.FromSeconds(31));
                break;
            default:
                fixture.Server.End(_name, end);
                break;
        }

        var (body, isWhole) = await reader.ReadToEndAsync();

        var code = end switch { "error" => 10, "kill" => 14, "deadline" => 4, _ => 0 };
        var expected = (framing, code) switch
        {
            ("ndjson" or "lines", 0) => ("{\"result\":{\"text\":\"one\"}}\n", true),
            ("ndjson" or "lines", _) => ($"{{\"result\":{{\"text\":\"one\"}}}}\n{{\"error\":{{\"code\":{code},", true),
            ("status", 0) => ("{\"text\":\"one\"}\n", true),
            ("status", _) => ($"{{\"text\":\"one\"}}\n{{\"code\":{code},", true),
            ("ndjson-bare", _) => ("{\"text\":\"one\"}\n", code == 0),
            ("array", 0) => ("[{\"text\":\"one\"}]", true),
            ("array", _) => ("[{\"text\":\"one\"}", false),
            ("json-seq", _) => ("\u001e{\"text\":\"one\"}\n", code == 0),
            ("sse", 0) => ("event: end\n", true),
            ("sse", _) => ($"event: error\ndata: {{\"code\":{code},", true),
            _ => ("one", code == 0),
        };
        Assert.Equal(expected.Item2, isWhole);
        if (framing == "sse")
        {
            Assert.Contains(expected.Item1, body, StringComparison.Ordinal);
        }
        else if (framing is "ndjson" or "lines" or "status" && code != 0)
        {
            Assert.StartsWith(expected.Item1, body, StringComparison.Ordinal);
            Assert.EndsWith(framing == "status" ? "}\n" : "}}\n", body, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(expected.Item1, body);
        }
    }

    [Fact]
    public async Task LastLine_HasTheShapeOfTheRoute_OrOfTheClient()
    {
        await using var aip = await Http2Reader.OpenAsync(fixture.Gateway, "/aip/watch/" + _name, "application/x-ndjson");
        await using var problem = await Http2Reader.OpenAsync(fixture.Gateway, "/watch/" + _name, "application/x-ndjson, application/problem+json");
        await aip.ReadUntilAsync("one");
        await problem.ReadUntilAsync("one");

        fixture.Server.End(_name, "error");

        Assert.Equal("{\"result\":{\"text\":\"one\"}}\n{\"error\":{\"code\":409,\"message\":\"\",\"status\":\"ABORTED\",\"details\":[]}}\n", (await aip.ReadToEndAsync()).Body);
        Assert.Equal(
            "{\"result\":{\"text\":\"one\"}}\n{\"error\":{\"type\":\"about:blank\",\"title\":\"Conflict\",\"status\":409,\"detail\":\"\",\"grpcStatus\":\"ABORTED\",\"details\":[]}}\n",
            (await problem.ReadToEndAsync()).Body);
    }

    private (string Path, string Accept) Ask(string framing) => framing switch
    {
        "ndjson-bare" => ("/bare/watch/" + _name, "application/x-ndjson"),
        "lines" or "status" => ($"/{framing}/watch/{_name}", "*/*"),
        "array" => ("/watch/" + _name, "application/json"),
        "json-seq" => ("/watch/" + _name, "application/json-seq"),
        "sse" => ("/watch/" + _name, "text/event-stream"),
        "raw" => ("/raw/" + _name, "*/*"),
        _ => ("/watch/" + _name, "application/x-ndjson"),
    };

    /// <summary>The body of an answer as its bytes come, without what HTTP puts around them.</summary>
    private abstract class Reader : IAsyncDisposable
    {
        protected StringBuilder Body { get; } = new();

        public async Task ReadUntilAsync(string text)
        {
            while (!Body.ToString().Contains(text, StringComparison.Ordinal))
            {
                Assert.True(await ReadAsync() != 0, $"The answer ended before '{text}': {Body}");
            }
        }

        /// <summary>The whole body, and whether HTTP says that it is whole.</summary>
        public async Task<(string Body, bool IsWhole)> ReadToEndAsync()
        {
            try
            {
                while (await ReadAsync() != 0)
                {
                }
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                return (Body.ToString(), false);
            }

            return (Body.ToString(), true);
        }

        public abstract ValueTask DisposeAsync();

        /// <summary>Appends what has come; zero at the end.</summary>
        protected abstract ValueTask<int> ReadAsync();
    }

    private sealed class Http2Reader(HttpResponseMessage response, Stream stream) : Reader
    {
        private readonly byte[] _buffer = new byte[4096];

        public static async Task<Reader> OpenAsync(RunningGateway gateway, string path, string accept)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, path) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            request.Headers.TryAddWithoutValidation("Accept", accept);
            request.Headers.TryAddWithoutValidation("X-Server-Timeout", "30");
            var response = await gateway.Http2.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Wait.Token());
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return new Http2Reader(response, await response.Content.ReadAsStreamAsync());
        }

        public override ValueTask DisposeAsync()
        {
            response.Dispose();
            return default;
        }

        protected override async ValueTask<int> ReadAsync()
        {
            var read = await stream.ReadAsync(_buffer, Wait.Token());
            Body.Append(Encoding.UTF8.GetString(_buffer, 0, read));
            return read;
        }
    }

    /// <summary>HTTP/1.1 ends with a last chunk. HTTP/1.0 has none: the end of the connection is the end, and a reset is not (RFC 9112 §6.3, §8).</summary>
    private sealed class Http1Reader(RawConnection connection, bool isChunked) : Reader
    {
        private bool _hasLeft;

        public static async Task<Reader> OpenAsync(RunningGateway gateway, string path, string accept, string version)
        {
            var connection = await RawConnection.OpenAsync(gateway.Url);
            await connection.SendAsync($"GET {path} HTTP/{version}\r\nHost: x\r\nAccept: {accept}\r\nX-Server-Timeout: 30\r\nConnection: close\r\n\r\n");
            var reader = new Http1Reader(connection, version == "1.1");
            var head = await connection.ReadHeadAsync();
            Assert.StartsWith("HTTP/1.1 200 ", head);
            Assert.Equal(version == "1.1", head.Contains("chunked", StringComparison.OrdinalIgnoreCase));
            Assert.DoesNotContain("content-length", head, StringComparison.OrdinalIgnoreCase);
            return reader;
        }

        public override ValueTask DisposeAsync()
        {
            if (!_hasLeft)
            {
                _hasLeft = true;
                connection.Reset();
            }

            return default;
        }

        protected override async ValueTask<int> ReadAsync()
        {
            if (!isChunked)
            {
                var text = await connection.ReadSomeAsync(4096);
                Body.Append(text);
                return text.Length;
            }

            var line = await connection.ReadLineAsync();
            var length = int.Parse(line, System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture);
            Body.Append(await connection.ReadExactlyAsync(length));
            Assert.Equal("", await connection.ReadLineAsync());
            return length;
        }
    }
}
