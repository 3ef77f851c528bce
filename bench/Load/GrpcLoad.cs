using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;

namespace Gateway.Bench.Driver;

/// <summary>gRPC calls over one HTTP/2 connection that all clients of a contender share, as a real client would.</summary>
/// <param name="invoker">Shared; not disposed here.</param>
/// <param name="expectedMessages">Messages the answer must hold.</param>
/// <param name="cell">Value of the header x-cell, by which routes are told apart; null for none.</param>
internal sealed class GrpcLoad(HttpMessageInvoker invoker, Uri address, string method, byte[] message, int expectedMessages = 1, string? cell = null) : ILoad
{
    private readonly Uri _url = new(address, method);
    private readonly byte[] _frame = Frame(message);
    private readonly byte[] _buffer = new byte[256 * 1024];

    /// <summary>A handler with one connection and its own HTTP/2 window, for one contender.</summary>
    public static HttpMessageInvoker Connect() => new(new SocketsHttpHandler
    {
        EnableMultipleHttp2Connections = false,
        UseProxy = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
    });

    /// <summary>The message behind its length, not compressed.</summary>
    public static byte[] Frame(byte[] message)
    {
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    public async Task<int> CallAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _url)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(_frame),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (cell is not null)
        {
            request.Headers.Add("x-cell", cell);
        }

        using var response = await invoker.SendAsync(request, cancellationToken);
        var messages = await CountAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken);
        if (!response.TrailingHeaders.TryGetValues("grpc-status", out var status) || status.First() != "0" || messages != expectedMessages)
        {
            throw new InvalidDataException($"{_url}: HTTP {(int)response.StatusCode}, {messages} messages instead of {expectedMessages}, trailers {response.TrailingHeaders}, headers {response.Headers}");
        }

        return expectedMessages;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Walks the frames of a body without keeping them.</summary>
    private async ValueTask<int> CountAsync(Stream body, CancellationToken cancellationToken)
    {
        var messages = 0;
        var held = 0;
        long skip = 0;
        int read;
        while ((read = await body.ReadAsync(_buffer.AsMemory(held), cancellationToken)) > 0)
        {
            var at = 0;
            var end = held + read;
            held = 0;
            while (at < end)
            {
                if (skip > 0)
                {
                    var part = (int)Math.Min(skip, end - at);
                    skip -= part;
                    at += part;
                    continue;
                }

                if (end - at < 5)
                {
                    held = end - at;
                    _buffer.AsSpan(at, held).CopyTo(_buffer);
                    break;
                }

                skip = BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(at + 1));
                at += 5;
                messages++;
            }
        }

        return messages;
    }
}
