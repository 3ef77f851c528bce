using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Hosting;
using Grpc.Core;

namespace Gateway.IntegrationTests.Matrix.Edges;

/// <summary>The subprotocol gateway.v1.json: a call among others on one socket.</summary>
internal sealed class EnvelopeDriver(FrontDoor door) : IEdgeDriver
{
    private const long Id = 7;

    public string Name => "websocket envelope";

    public string Edge => "websocket";

    public EdgeTraits Traits { get; } = new()
    {
        NoRequestPressure = "one call of a multiplexed socket cannot be paused: over 256 KiB that wait end it with RESOURCE_EXHAUSTED",
        NoForwardedDeadline = "a socket that is forwarded as it is lasts until one of its ends leaves",
        NoForwardedMetadata = "the frames of a socket that is forwarded as it is are the backend's alone",
    };

    /// <summary>The end frame has the code itself; the socket stays open.</summary>
    public int WireOf(StatusCode code) => (int)code;

    public async Task<EdgeCall> OpenAsync(string rig, CallSpec spec)
    {
        var socket = await WebSocketClient.ConnectAsync(door.Address("/socket", "ws"), options =>
        {
            options.AddSubProtocol("gateway.v1.json");
            options.SetRequestHeader(Variants.Header, rig);
            if (spec.Headers.TryGetValue("traceparent", out var parent))
            {
                // The socket's own span: a frame cannot change it.
                options.SetRequestHeader("traceparent", parent);
            }
        });
        Assert.Equal("gateway.v1.json", socket.Socket.SubProtocol);
        var start = new JsonObject { ["t"] = "start", ["id"] = Id, ["method"] = $"library.v1.Behaviours/{spec.Method}" };
        if (spec.Headers.Count > 0)
        {
            start["headers"] = new JsonObject(spec.Headers.Where(h => h.Key != "traceparent").Select(h => KeyValuePair.Create(h.Key, (JsonNode?)h.Value)));
        }

        if (spec.Timeout is { } timeout)
        {
            start["timeoutMs"] = (long)timeout.TotalMilliseconds;
        }

        if (spec.Request is { } request)
        {
            start["data"] = JsonNode.Parse(request);
            start["last"] = true;
        }

        await socket.SendTextAsync(start.ToJsonString());
        return new Call(socket);
    }

    public void Dispose()
    {
    }

    private sealed class Call(WebSocketClient socket) : EdgeCall
    {
        private readonly Dictionary<string, string> _headers = [];
        private CallEnd? _end;
        private long _sequence;

        public override Task SendAsync(string json) => socket.SendTextAsync($"{{\"t\":\"msg\",\"id\":{Id},\"data\":{json}}}");

        public override Task HalfCloseAsync() => socket.SendTextAsync($"{{\"t\":\"half\",\"id\":{Id}}}");

        public override async Task<string?> ReadAsync()
        {
            try
            {
                while (_end is null)
                {
                    if (await socket.ReadTextAsync() is not { } text)
                    {
                        _end = CallEnd.Broken(new WebSocketException($"closed with {socket.CloseCode} {socket.CloseReason}"), socket.CloseCode);
                        break;
                    }

                    using var document = JsonDocument.Parse(text);
                    var frame = document.RootElement;
                    Assert.Equal(Id, frame.GetProperty("id").GetInt64());
                    switch (frame.GetProperty("t").GetString())
                    {
                        case "msg":
                            Assert.Equal(++_sequence, frame.GetProperty("seq").GetInt64());
                            return frame.GetProperty("data").GetRawText();
                        case "headers":
                            Fill(_headers, frame.GetProperty("headers"));
                            break;
                        default:
                            Assert.Equal("end", frame.GetProperty("t").GetString());
                            var trailers = new Dictionary<string, string>();
                            Fill(trailers, frame.GetProperty("trailers"));
                            var end = CallEnd.FromStatus(frame.GetProperty("status").Clone(), 0);
                            _end = end with { Wire = (int)end.Code!, Headers = _headers, Trailers = trailers };
                            break;
                    }
                }
            }
            catch (WebSocketException e)
            {
                _end = CallEnd.Broken(e);
            }

            return null;
        }

        public override async Task<CallEnd> EndAsync()
        {
            while (await ReadAsync() is not null)
            {
            }

            return _end!;
        }

        public override Task CancelAsync() => socket.SendTextAsync($"{{\"t\":\"cancel\",\"id\":{Id}}}");

        public override async ValueTask DisposeAsync()
        {
            if (socket.Socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", Wait.Token());
            }

            socket.Dispose();
        }

        private static void Fill(Dictionary<string, string> target, JsonElement source)
        {
            foreach (var item in source.EnumerateObject())
            {
                target[item.Name] = item.Value.GetString()!;
            }
        }
    }
}
