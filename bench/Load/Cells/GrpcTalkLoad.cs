using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;

namespace Gateway.Bench.Driver.Cells;

/// <summary>One bidirectional gRPC call, one message after the other, each answered before the next is sent.</summary>
/// <param name="invoker">Shared; not disposed here.</param>
/// <param name="cell">Value of the header x-cell.</param>
internal sealed class GrpcTalkLoad(HttpMessageInvoker invoker, Uri address, string method, string cell, byte[] message) : ILoad
{
    private readonly byte[] _frame = GrpcLoad.Frame(message);
    private readonly OpenContent _requests = new();
    private readonly byte[] _answer = new byte[64 * 1024];
    private HttpResponseMessage? _response;
    private Stream? _answers;

    public async Task<int> CallAsync(CancellationToken cancellationToken)
    {
        if (_answers is null)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, method))
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = _requests,
            };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
            request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
            request.Headers.Add("x-cell", cell);
            var opening = invoker.SendAsync(request, cancellationToken);
            // A server may wait for the first message before it answers with its head.
            await SendAsync(cancellationToken);
            _response = await opening;
            _answers = await _response.Content.ReadAsStreamAsync(cancellationToken);
        }
        else
        {
            await SendAsync(cancellationToken);
        }

        await ReadAsync(_answers, 5, cancellationToken);
        await ReadAsync(_answers, (int)BinaryPrimitives.ReadUInt32BigEndian(_answer.AsSpan(1)), cancellationToken);
        return 1;
    }

    public ValueTask DisposeAsync()
    {
        _requests.End();
        _response?.Dispose();
        return default;
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        var body = await _requests.Opened;
        await body.WriteAsync(_frame, cancellationToken);
        await body.FlushAsync(cancellationToken);
    }

    private async ValueTask ReadAsync(Stream answers, int length, CancellationToken cancellationToken)
    {
        if (await answers.ReadAtLeastAsync(_answer.AsMemory(0, length), length, throwOnEndOfStream: false, cancellationToken) < length)
        {
            throw new InvalidDataException($"{address}{method} ({cell}): ended, headers {_response!.Headers}, trailers {_response.TrailingHeaders}");
        }
    }

    /// <summary>A body that is written by its owner until it ends it.</summary>
    private sealed class OpenContent : HttpContent
    {
        private readonly TaskCompletionSource<Stream> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Stream> Opened => _opened.Task;

        public void End() => _ended.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync();
            _opened.SetResult(stream);
            await _ended.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
