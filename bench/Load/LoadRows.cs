using Gateway.Bench.V1;
using Google.Protobuf;

namespace Gateway.Bench.Driver;

/// <summary>Every row there is. A new cell of the matrix is a new row here.</summary>
internal static class LoadRows
{
    private const int StreamLength = 10_000;
    private const string Json = "application/json";

    public static IEnumerable<LoadRow> All(BenchServers servers)
    {
        yield return Transcoded(servers, "http-grpc/small", "HTTP→gRPC unary, small", 32, 0.8, "/v1/small", Payloads.Small);
        yield return Transcoded(servers, "http-grpc/small-1", "HTTP→gRPC unary, small, one connection", 1, null, "/v1/small", Payloads.Small);
        yield return Transcoded(servers, "http-grpc/rich", "HTTP→gRPC unary, rich 2 KB", 32, 0.55, "/v1/rich", Payloads.Rich);
        yield return Transcoded(servers, "http-grpc/large", "HTTP→gRPC unary, large 64 KB", 8, 0.4, "/v1/large", Payloads.Large);
        yield return Row("http-grpc/stream", "HTTP→gRPC server stream", "message", 4, "jt", 0.6, Proxies(
            servers.Gateway, servers.JsonTranscodingHop,
            server => () => new HttpLoad(server.Http1, HttpLoad.Get(server.Http1, $"/v1/stream?count={StreamLength}", "application/x-ndjson"), StreamLength)));

        yield return Grpc(servers, "grpc-grpc/small", "gRPC→gRPC unary, small", "EchoSmall", Payloads.Small, 1);
        yield return Grpc(servers, "grpc-grpc/rich", "gRPC→gRPC unary, rich 2 KB", "EchoRich", Payloads.Rich, 1);
        yield return Grpc(servers, "grpc-grpc/stream", "gRPC→gRPC server stream", "Stream", new StreamRequest { Count = StreamLength }, StreamLength);

        yield return Plain(servers, "http-http/small", "HTTP→HTTP GET, small", address => HttpLoad.Get(address, "/plain/hello"));
        yield return Plain(servers, "http-http/echo", "HTTP→HTTP POST echo, 10 KB", address => HttpLoad.Post(address, "/plain/echo", Json, new byte[10 * 1024]));
    }

    private static LoadRow Transcoded(BenchServers servers, string id, string title, int clients, double? target, string path, IMessage message)
    {
        var body = Payloads.Json(message);
        return Row(id, title, "call", clients, "jt", target, Proxies(
            servers.Gateway, servers.JsonTranscodingHop,
            server => () => new HttpLoad(server.Http1, HttpLoad.Post(server.Http1, path, Json, body), 0)));
    }

    private static LoadRow Grpc(BenchServers servers, string id, string title, string method, IMessage message, int messages)
    {
        var body = message.ToByteArray();
        return Row(id, title, messages == 1 ? "call" : "message", messages == 1 ? 32 : 4, "yarp", 1.03, [
            .. Proxies(servers.Gateway, servers.BareYarp, Connect),
            .. servers.WithDirect ? Proxies(servers.Backend, null, Connect) : []]);

        Func<ILoad> Connect(ServerProcess server)
        {
            var invoker = GrpcLoad.Connect();
            return () => new GrpcLoad(invoker, server.Http2, $"/bench.v1.Load/{method}", body, messages);
        }
    }

    private static LoadRow Plain(BenchServers servers, string id, string title, Func<Uri, ReadOnlyMemory<byte>> request)
    {
        return Row(id, title, "call", 32, "yarp", 1.03, [
            .. Proxies(servers.Gateway, servers.BareYarp, Connect),
            .. servers.WithDirect ? Proxies(servers.Backend, null, Connect) : []]);

        Func<ILoad> Connect(ServerProcess server) => () => new HttpLoad(server.Http1, request(server.Http1), 0);
    }

    private static LoadRow Row(string id, string title, string unit, int clients, string baseline, double? target, IReadOnlyList<Contender> contenders) =>
        new(id, title, unit, clients, contenders, baseline, target);

    private static IReadOnlyList<Contender> Proxies(ServerProcess? first, ServerProcess? second, Func<ServerProcess, Func<ILoad>> connect) =>
        [.. new[] { first, second }.OfType<ServerProcess>().Select(server => new Contender(server.Name, server, connect(server)))];
}
