using System.Text.Json.Nodes;
using System.Threading.Channels;
using Grpc.Core;

namespace Gateway.IntegrationTests.Matrix.Backends;

/// <summary>A call on a WebSocket: <see cref="RigSocket"/> brings its messages and carries its answers.</summary>
internal abstract class SocketRigCall(RigSocket socket, CancellationToken gone) : RigCall, IDisposable
{
    private readonly Channel<JsonNode> _requests = Channel.CreateUnbounded<JsonNode>();
    private readonly CancellationTokenSource _abort = CancellationTokenSource.CreateLinkedTokenSource(gone);

    public override CancellationToken Aborted => _abort.Token;

    protected RigSocket Socket { get; } = socket;

    public void Take(JsonNode message) => _requests.Writer.TryWrite(message);

    public void HalfClose() => _requests.Writer.TryComplete();

    public void Cancel() => _abort.Cancel();

    public override async Task<JsonNode?> ReadAsync(CancellationToken cancellationToken) =>
        await _requests.Reader.WaitToReadAsync(cancellationToken) && _requests.Reader.TryRead(out var message) ? message : null;

    public void Dispose() => _abort.Dispose();
}

/// <summary>The only call of a socket without subprotocol: messages as they are, and the close frame is the status.</summary>
internal sealed class PlainSocketCall(RigSocket socket, CancellationToken gone) : SocketRigCall(socket, gone)
{
    public override Task HeadersAsync(IReadOnlyDictionary<string, string> headers) => Task.CompletedTask;

    public override Task WriteAsync(string json, CancellationToken cancellationToken) => Socket.SendAsync(json, cancellationToken);

    public override async Task EndAsync(RigFailure? failure, IReadOnlyDictionary<string, string> trailers, CancellationToken cancellationToken)
    {
        if (failure is { IsBare: false })
        {
            await Socket.SendAsync($"{{\"error\":{failure.Json}}}", cancellationToken);
        }

        await Socket.CloseAsync(failure, cancellationToken);
    }
}

/// <summary>A call in frames of gateway.v1.json. Without an id it is the only one, and the socket ends with it.</summary>
internal sealed class EnvelopeSocketCall(RigSocket socket, long? id, CancellationToken gone) : SocketRigCall(socket, gone)
{
    private long _sequence;

    public override Task HeadersAsync(IReadOnlyDictionary<string, string> headers) =>
        headers.Count == 0 ? Task.CompletedTask : Socket.SendAsync(Frame("headers", $"\"headers\":{Map(headers)}"), Aborted);

    public override Task WriteAsync(string json, CancellationToken cancellationToken) =>
        Socket.SendAsync(Frame("msg", $"\"seq\":{++_sequence},\"data\":{json}"), cancellationToken);

    public override async Task EndAsync(RigFailure? failure, IReadOnlyDictionary<string, string> trailers, CancellationToken cancellationToken)
    {
        var status = (failure ?? new(StatusCode.OK, "")).Json;
        if (failure is { IsBare: true })
        {
            await Socket.CloseAsync(failure, cancellationToken);
            return;
        }

        await Socket.SendAsync(Frame("end", $"\"status\":{status},\"trailers\":{Map(trailers)}"), cancellationToken);
        if (id is null)
        {
            await Socket.CloseAsync(failure, cancellationToken);
        }
    }

    private static string Map(IReadOnlyDictionary<string, string> texts) =>
        new JsonObject(texts.Select(static t => KeyValuePair.Create(t.Key, (JsonNode?)t.Value))).ToJsonString();

    private string Frame(string kind, string members) =>
        id is null ? $"{{\"t\":\"{kind}\",{members}}}" : $"{{\"t\":\"{kind}\",\"id\":{id},{members}}}";
}
