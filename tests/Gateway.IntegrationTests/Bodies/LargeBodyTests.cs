using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Listening;
using Xunit.Abstractions;

namespace Gateway.IntegrationTests.Bodies;

/// <summary>
/// 200 MB each way through a gateway whose heap may not hold half of that. The limit is the runtime's own: whatever buffers a body dies of it,
/// on every machine and however slow it is.
/// </summary>
public sealed class LargeBodyTests(ITestOutputHelper output)
{
    private const long Size = 200L * 1000 * 1000;

    /// <summary>Most bytes of the gateway's managed heap, committed: 80 MB, of which an idle gateway takes about a quarter.</summary>
    private const string HeapLimit = "0x5000000";

    [Fact]
    public async Task BodiesLargerThanTheHeap_PassBothWays()
    {
        var directory = Directory.CreateTempSubdirectory("blobs-").FullName;
        await using var server = await BlobServer.StartAsync();
        var schema = Path.Combine(directory, "blob.binpb");
        var file = Path.Combine(directory, "gateway.json");
        await File.WriteAllBytesAsync(schema, BlobServer.Schema);
        var ports = FreePorts.Find(2);
        var listening = $$""" "Urls": "{{Url(ports[0])}}", "Admin": { "Urls": "{{Url(ports[1])}}" }, """;
        await File.WriteAllTextAsync(file, BlobFixture.Configuration(schema, server.Address, listening));
        var start = GatewayBinary.StartInfo("run", file);
        start.Environment["DOTNET_GCHeapHardLimit"] = HeapLimit;
        start.Environment["DOTNET_gcServer"] = "0";
        using var gateway = Process.Start(start)!;
        try
        {
            await FreePorts.WaitForAsync(ports[0]);
            var before = Peak(gateway);
            using var http = new HttpClient { BaseAddress = new Uri(Url(ports[0])), Timeout = TimeSpan.FromMinutes(3) };

            var content = new HttpBodyTests.RandomContent(Size);
            using var uploaded = await http.PostAsync("/blobs:upload", content);
            var counted = JsonDocument.Parse(await uploaded.Content.ReadAsStringAsync()).RootElement;
            Assert.Equal($"|image/webp|0|{Size}|bounded|{content.Hash}", counted.GetProperty("text").GetString());

            using var downloaded = await http.GetAsync($"/blobs/a:download?size={Size}", HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal("video/mp4", downloaded.Content.Headers.ContentType?.ToString());
            await using var stream = await downloaded.Content.ReadAsStreamAsync();
            Assert.Equal(await HashOfDownloadAsync(), Convert.ToHexString(await SHA256.HashDataAsync(stream)));
            Assert.False(gateway.HasExited);
            output.WriteLine($"peak resident set: {before}, after 200 MB each way: {Peak(gateway)}");
        }
        finally
        {
            gateway.Kill(entireProcessTree: true);
            await gateway.WaitForExitAsync();
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string Peak(Process process) =>
        File.ReadLines($"/proc/{process.Id.ToString(CultureInfo.InvariantCulture)}/status").First(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal))[6..].Trim();

    private static string Url(int port) => $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";

    private static Task<string> HashOfDownloadAsync() => Task.Run(static () =>
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var piece = new byte[BlobServer.PieceSize];
        for (long at = 0; at < Size; at += piece.Length)
        {
            var part = piece.AsSpan(0, (int)Math.Min(piece.Length, Size - at));
            BlobServer.Fill(part, at);
            hash.AppendData(part);
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    });
}
