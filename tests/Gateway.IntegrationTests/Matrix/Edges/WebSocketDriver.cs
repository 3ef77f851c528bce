using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using Gateway.IntegrationTests.Hosting;
using Grpc.Core;

namespace Gateway.IntegrationTests.Matrix.Edges;

/// <summary>A socket for each call: text messages are JSON, an empty one half-closes, the close frame is the status.</summary>
internal sealed class WebSocketDriver(FrontDoor door) : IEdgeDriver
{
    public string Name => "websocket";

    public string Edge => "websocket";

    public EdgeTraits Traits { get; } = new()
    {
        NoResponseHeaders = "the handshake is answered before the call",
        NoTrailers = "a close frame carries a code and a reason",
        NoForwardedDeadline = "a socket that is forwarded as it is lasts until one of its ends leaves",
    };

    public int WireOf(StatusCode code) => code == StatusCode.OK ? 1000 : 4000 + HttpStatuses.Of(code);

    public async Task<EdgeCall> OpenAsync(string rig, CallSpec spec)
    {
        var socket = await WebSocketClient.ConnectAsync(door.Address($"/library.v1.Behaviours/{spec.Method}", "ws"), options =>
        {
            options.SetRequestHeader(Variants.Header, rig);
            foreach (var (name, value) in spec.Headers)
            {
                options.SetRequestHeader(name, value);
            }

            if (spec.Timeout is { } timeout)
            {
                options.SetRequestHeader("x-server-timeout", timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture));
            }
        });
        if (spec.Request is { } request)
        {
            await socket.SendTextAsync(request);
        }

        return new Call(socket);
    }

    public void Dispose()
    {
    }

    private sealed class Call(WebSocketClient socket) : EdgeCall
    {
        private CallEnd? _status;
        private CallEnd? _end;

        public override Task SendAsync(string json) => socket.SendTextAsync(json);

        public override Task HalfCloseAsync() => socket.SendTextAsync("");

        public override async Task<string?> ReadAsync()
        {
            try
            {
                while (_end is null)
                {
                    if (await socket.ReadTextAsync() is not { } text)
                    {
                        _end = Close();
                        break;
                    }

                    using var document = JsonDocument.Parse(text);
                    if (!document.RootElement.TryGetProperty("error", out var error))
                    {
                        return text;
                    }

                    _status = CallEnd.FromStatus(error.Clone(), 0);
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

        public override Task CancelAsync()
        {
            socket.Socket.Abort();
            return Task.CompletedTask;
        }

        public override async ValueTask DisposeAsync()
        {
            if (socket.Socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", Wait.Token());
            }

            socket.Dispose();
        }

        private CallEnd Close()
        {
            if (socket.CloseCode == 1000)
            {
                Assert.Null(_status);
                return new CallEnd { Code = StatusCode.OK, Wire = 1000 };
            }

            // The reason is the status in short, on one line.
            Assert.DoesNotContain(socket.CloseReason, char.IsControl);
            return (_status ?? new CallEnd { Code = HttpStatuses.From(socket.CloseCode - 4000), Message = socket.CloseReason }) with { Wire = socket.CloseCode };
        }
    }
}
