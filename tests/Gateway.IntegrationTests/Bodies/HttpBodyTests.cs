using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Bodies;

/// <summary>google.api.HttpBody in front of a gRPC server: raw bytes on HTTP, messages behind.</summary>
public sealed class HttpBodyTests(BlobFixture fixture) : IClassFixture<BlobFixture>, IDisposable
{
    private const string Named = "blob-1";

    private HttpClient Http => fixture.Gateway.Http1;

    public void Dispose() => fixture.Gateway.AssertNoErrors();

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "")]
    [InlineData(65_536, "")]
    [InlineData(9_000_001, "")]
    [InlineData(9_000_001, Named)]
    [InlineData(0, Named)]
    public async Task Upload_ArrivesInPieces_TheFirstWithNameAndType(int size, string name)
    {
        var content = new RandomContent(size);
        var (response, body) = name.Length == 0
            ? await Http.AskAsync(HttpMethod.Post, "/blobs:upload", content)
            : await Http.AskAsync(HttpMethod.Put, "/blobs/" + name, content);

        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
        Assert.Equal($"{name}|image/webp|0|{size}|bounded|{content.Hash}", JsonDocument.Parse(body).RootElement.GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("/blobs/a:download?size=3000000", "video/mp4", 3_000_000)]
    [InlineData("/blobs/a:named?size=3000000", "video/mp4", 3_000_000)]
    [InlineData("/blobs/a:named", "application/octet-stream", 0)]
    [InlineData("/blobs/a?size=100000", "image/png", 100_000)]
    public async Task Download_IsTheBytes_OfTheFirstMessagesType(string path, string type, int size)
    {
        foreach (var client in (HttpClient[])[fixture.Gateway.Http1, fixture.Gateway.Http2])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy };
            using var response = await client.SendAsync(request, Wait.Token());
            var bytes = await response.Content.ReadAsByteArrayAsync(Wait.Token());

            var expected = new byte[size];
            BlobServer.Fill(expected, 0);
            Assert.Equal((HttpStatusCode.OK, type), (response.StatusCode, response.Content.Headers.ContentType?.ToString()));
            Assert.True(expected.AsSpan().SequenceEqual(bytes));
        }
    }

    [Fact]
    public async Task OneMessageOverTheLimit_IsRefusedWithTheLimit_NeverCut()
    {
        var up = (await Http.AskAsync(HttpMethod.Post, "/blobs/a:put", new RandomContent(5_000_000))).AssertStatus(HttpStatusCode.RequestEntityTooLarge, 8);
        Assert.Contains("4194304", up.Message());
        var chunked = new RandomContent(5_000_000, hasLength: false);
        Assert.Contains("4194304", (await Http.AskAsync(HttpMethod.Post, "/blobs/a:put", chunked)).AssertStatus(HttpStatusCode.RequestEntityTooLarge, 8).Message());

        var down = (await Http.AskAsync(HttpMethod.Get, "/blobs/a?size=5000000")).AssertStatus(HttpStatusCode.BadGateway, 8);
        Assert.Contains("4194304", down.Message());
    }

    [Fact]
    public async Task StreamedUpload_IsHeldToTheRoutesOwnLimit()
    {
        var status = (await Http.AskAsync(HttpMethod.Post, "/capped/blobs:upload", new RandomContent(100_001, hasLength: false))).AssertStatus(HttpStatusCode.RequestEntityTooLarge, 8);
        Assert.Contains("100000", status.Message());
        Assert.Equal(HttpStatusCode.OK, (await Http.AskAsync(HttpMethod.Post, "/capped/blobs:upload", new RandomContent(100_000))).Response.StatusCode);
    }

    /// <summary>Bytes that are made as they are sent, and their hash.</summary>
    internal sealed class RandomContent : HttpContent
    {
        private readonly long _size;
        private readonly bool _hasLength;

        public RandomContent(long size, bool hasLength = true)
        {
            (_size, _hasLength) = (size, hasLength);
            Headers.ContentType = new MediaTypeHeaderValue("image/webp");
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var piece in Pieces(size))
            {
                hash.AppendData(piece.Span);
            }

            Hash = Convert.ToHexString(hash.GetHashAndReset())[..16];
        }

        /// <summary>The first digits of the SHA-256.</summary>
        public string Hash { get; }

        public static IEnumerable<ReadOnlyMemory<byte>> Pieces(long size)
        {
            var piece = new byte[1 << 20];
            BlobServer.Fill(piece, 7);
            for (long sent = 0; sent < size; sent += piece.Length)
            {
                piece[0] = (byte)(sent >> 20);
                yield return piece.AsMemory(0, (int)Math.Min(piece.Length, size - sent));
            }
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            foreach (var piece in Pieces(_size))
            {
                await stream.WriteAsync(piece);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _size;
            return _hasLength;
        }
    }
}
