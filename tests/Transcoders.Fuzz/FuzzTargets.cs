using Transcoders.Fuzz.Grpc;
using Transcoders.Fuzz.Http;
using Transcoders.Fuzz.HttpRules;
using Transcoders.Fuzz.Payloads;
using Transcoders.Fuzz.Sse;
using Transcoders.Fuzz.Stdio;
using Transcoders.Fuzz.WebSocket;

namespace Transcoders.Fuzz;

/// <summary>Every target, in the order in which they run.</summary>
public static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("json-to-protobuf", "json-to-protobuf", PayloadTargets.JsonToProtobuf),
        new("protobuf-to-json", "protobuf-to-json", PayloadTargets.ProtobufToJson),
        new("http-template", "http-template", HttpRuleTargets.Template),
        new("http-path", "http-path", HttpRuleTargets.Path),
        new("unweave", "protobuf-to-json", UnweaveTargets.Request),
        new("grpc-frames", "grpc-frames", GrpcTargets.Frames),
        new("grpc-headers", "grpc-headers", GrpcTargets.Headers),
        new("envelope", "envelope", EnvelopeTargets.Frame),
        new("envelope-answers", "envelope-answers", EnvelopeTargets.Answer),
        new("grpc-websockets", "grpc-websockets", SocketTargets.GrpcWeb),
        new("socket-events", "socket-events", SocketTargets.Event),
        new("socket-templates", "socket-templates", TemplateTargets.Message),
        new("json-values", "json-values", HttpTargets.JsonValues),
        new("accept", "accept", HttpTargets.Accept),
        new("sse-events", "sse-events", SseTargets.Events),
        new("stdio-lines", "stdio-lines", StdioTargets.Lines),
        new("stdio-lengths", "stdio-lengths", StdioTargets.Lengths),
        new("stdio-sequence", "stdio-sequence", StdioTargets.Sequence),
        new("jsonrpc", "jsonrpc", JsonRpcTargets.Message),
        new("cgi-head", "cgi-head", ProgramTargets.CgiHead),
        new("argument", "argument", ProgramTargets.Argument),
    ];
}
