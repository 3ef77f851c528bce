using System.Net;
using System.Text;
using System.Text.Json;
using Gateway.IntegrationTests.Hosting;
using Grpc.Core;

namespace Gateway.IntegrationTests.Matrix.Edges;

/// <summary>Server-Sent Events as `fetch` asks for them: a POST with the request in JSON.</summary>
internal sealed class SseDriver(FrontDoor door) : IEdgeDriver
{
    public string Name => "sse";

    public string Edge => "sse";

    public EdgeTraits Traits { get; } = new() { NoRequestStream = "an event stream flows one way only" };

    public int WireOf(StatusCode code) => HttpStatuses.Of(code);

    public async Task<EdgeCall> OpenAsync(string rig, CallSpec spec)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"v1/behaviours:{spec.Method.ToLowerInvariant()}")
        {
            Content = new StringContent(spec.Request!, Encoding.UTF8, "application/json"),
            Version = HttpVersion.Version11,
        };
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        HttpDriver.AddHeaders(request, rig, spec);
        var abort = new CancellationTokenSource();
        var sending = door.Http1.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, abort.Token);
        await Task.Yield();
        return new Call(sending, abort);
    }

    public void Dispose()
    {
    }

    private sealed class Call(Task<HttpResponseMessage> sending, CancellationTokenSource abort) : EdgeCall
    {
        private HttpResponseMessage? _response;
        private SseEvents? _events;
        private CallEnd? _end;

        public override Task SendAsync(string json) => throw new NotSupportedException();

        public override Task HalfCloseAsync() => throw new NotSupportedException();

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

                    Assert.Equal("text/event-stream", _response.Content.Headers.ContentType!.MediaType);
                    _events = new SseEvents(await _response.Content.ReadAsStreamAsync(Wait.Token()));
                }

                if (await _events!.ReadAsync(Wait.Token()) is not { } item)
                {
                    // An end without the word for it is no good end.
                    _end = CallEnd.Broken(new EndOfStreamException("The stream ended without `end` or `error`."));
                    return null;
                }

                switch (item.Name)
                {
                    case "end":
                        _end = new CallEnd { Code = StatusCode.OK, Wire = 200, Trailers = Trailers(item.Data) };
                        return null;
                    case "error":
                        _end = CallEnd.FromStatus(JsonDocument.Parse(item.Data).RootElement, 200);
                        return null;
                    default:
                        return item.Data;
                }
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
            await abort.CancelAsync();
            _response?.Dispose();
            await ((Task)sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            abort.Dispose();
        }

        private static Dictionary<string, string> Trailers(string data)
        {
            var trailers = new Dictionary<string, string>();
            if (JsonDocument.Parse(data).RootElement.TryGetProperty("trailers", out var found))
            {
                foreach (var trailer in found.EnumerateObject())
                {
                    trailers[trailer.Name] = trailer.Value.GetString()!;
                }
            }

            return trailers;
        }
    }
}
