using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Gateway.IntegrationTests.Hosting;
using Grpc.Core;

namespace Gateway.IntegrationTests.Matrix.Edges;

/// <summary>Plain HTTP: JSON bodies at the annotated paths, streams as NDJSON. Calls that stream both ways use HTTP/2, the others HTTP/1.1.</summary>
internal sealed class HttpDriver(FrontDoor door) : IEdgeDriver
{
    public string Name => "http";

    public string Edge => "http";

    public EdgeTraits Traits { get; } = new() { NoTrailers = "an HTTP answer in JSON has no place for trailers" };

    public int WireOf(StatusCode code) => HttpStatuses.Of(code);

    public async Task<EdgeCall> OpenAsync(string rig, CallSpec spec)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"v1/behaviours:{spec.Method.ToLowerInvariant()}");
        PushContent? push = null;
        if (spec.StreamsRequests)
        {
            request.Content = push = new PushContent();
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/x-ndjson");
        }
        else
        {
            request.Content = new StringContent(spec.Request!, Encoding.UTF8, "application/json");
        }

        request.Headers.TryAddWithoutValidation("Accept", spec.StreamsResponses ? "application/x-ndjson" : "application/json");
        AddHeaders(request, rig, spec);
        var isDuplex = spec.Method == "Chat";
        request.Version = isDuplex ? HttpVersion.Version20 : HttpVersion.Version11;
        var abort = new CancellationTokenSource();
        var sending = (isDuplex ? door.Http2 : door.Http1).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, abort.Token);
        await Task.Yield();
        return new Call(sending, push, abort, spec.StreamsResponses);
    }

    public void Dispose()
    {
    }

    internal static void AddHeaders(HttpRequestMessage request, string rig, CallSpec spec)
    {
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        request.Headers.Add(Variants.Header, rig);
        foreach (var (name, value) in spec.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (spec.Timeout is { } timeout)
        {
            request.Headers.Add("x-server-timeout", timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture));
        }
    }

    private sealed class Call(Task<HttpResponseMessage> sending, PushContent? push, CancellationTokenSource abort, bool isStream) : EdgeCall
    {
        private HttpResponseMessage? _response;
        private StreamReader? _lines;
        private CallEnd? _end;

        public override Task SendAsync(string json) => push!.WriteAsync(Encoding.UTF8.GetBytes(json + "\n"), Wait.Token());

        public override Task HalfCloseAsync()
        {
            push!.Close();
            return Task.CompletedTask;
        }

        public override async Task<string?> ReadAsync()
        {
            if (_end is not null)
            {
                return null;
            }

            try
            {
                if (_response is null)
                {
                    _response = await sending.WaitAsync(Wait.Token());
                    if (_response.StatusCode != HttpStatusCode.OK)
                    {
                        _end = await HttpStatuses.FailureAsync(_response, Wait.Token());
                        return null;
                    }

                    _lines = new StreamReader(await _response.Content.ReadAsStreamAsync(Wait.Token()));
                    if (!isStream)
                    {
                        var body = await _lines.ReadToEndAsync(Wait.Token());
                        _end = new CallEnd { Code = StatusCode.OK, Wire = 200 };
                        return body;
                    }
                }

                if (await _lines!.ReadLineAsync(Wait.Token()) is not { } line)
                {
                    _end = new CallEnd { Code = StatusCode.OK, Wire = 200 };
                    return null;
                }

                using var document = JsonDocument.Parse(line);
                if (document.RootElement.TryGetProperty("error", out var error))
                {
                    _end = CallEnd.FromStatus(error.Clone(), 200);
                    return null;
                }

                return document.RootElement.GetProperty("result").GetRawText();
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                _end = CallEnd.Broken(e);
                return null;
            }
        }

        public override async Task<CallEnd> EndAsync()
        {
            while (await ReadAsync() is not null)
            {
            }

            return _end! with { Headers = _response is null ? new Dictionary<string, string>() : HttpStatuses.Headers(_response) };
        }

        public override async Task CancelAsync()
        {
            await abort.CancelAsync();
            _response?.Dispose();
        }

        public override async ValueTask DisposeAsync()
        {
            push?.Close();
            await abort.CancelAsync();
            _response?.Dispose();
            await ((Task)sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            abort.Dispose();
        }
    }
}
