using System.Net;
using System.Net.Sockets;
using System.Text;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;

namespace Gateway.IntegrationTests.HttpBackend;

/// <summary>A kept connection that ends before the answer: the request may have been carried out (RFC 9110 §9.2.2).</summary>
public sealed class ResentRequestTests
{
    [Theory]
    [InlineData("GET", 3)]
    [InlineData("POST", 2)]
    public async Task OnlyAnIdempotentVerb_IsSentAgain(string verb, int expected)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var seen = 0;

        // Each connection answers its first request, and ends where it has read the second.
        using var stop = new CancellationTokenSource();
        var serving = ServeAsync(listener, () => Interlocked.Increment(ref seen), stop.Token);
        await using var gateway = await RunningGateway.StartAsync($$"""
            { "ReverseProxy": {
                "Routes": { "all": { "ClusterId": "c", "Match": { "Path": "/{**path}" } } },
                "Clusters": { "c": { "Protocol": "http", "Destinations": { "a": { "Address": "http://127.0.0.1:{{port}}" } } } } } }
            """);

        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Parse(verb), gateway.Address("/x"));
            request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
            using var response = await gateway.Http1.SendAsync(request, Wait.Token());
            var isAnswered = i == 0 || expected == 3;
            Assert.Equal(isAnswered, (await response.Content.ReadAsStringAsync(Wait.Token())).Contains("data: ok", StringComparison.Ordinal));
        }

        await stop.CancelAsync();
        await serving;
        Assert.Equal(expected, seen);
    }

    private static async Task ServeAsync(TcpListener listener, Action asked, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                using var socket = await listener.AcceptSocketAsync(cancellationToken);
                await using var stream = new NetworkStream(socket);
                using var lines = new StreamReader(stream);
                for (var i = 0; i < 2; i++)
                {
                    for (var isFirst = true; await lines.ReadLineAsync(cancellationToken) is { Length: > 0 }; isFirst = false)
                    {
                        if (isFirst)
                        {
                            asked();
                        }
                    }

                    if (i == 0)
                    {
                        await stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"), cancellationToken);
                    }
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The test is over.
        }
    }
}
