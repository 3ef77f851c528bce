namespace Transcoders.Calls;

/// <summary>What a failure looks like in JSON. Source: PROTOCOLS §3.5.</summary>
public enum StatusFormat : byte
{
    /// <summary>google.rpc.Status: `{"code":5,"message":"…","details":[…]}`, the code gRPC's number.</summary>
    Google,

    /// <summary>What AIP-193 puts into `error`: `{"code":404,"message":"…","status":"NOT_FOUND","details":[…]}`, the code HTTP's.</summary>
    Aip193,

    /// <summary>RFC 9457: `{"type":"about:blank","title":"Not Found","status":404,"detail":"…","grpcStatus":"NOT_FOUND","details":[…]}`.</summary>
    Problem,

    /// <summary>grpc-gateway v1: `{"error":"…","message":"…","code":5,"details":[…]}`, both texts the message, details only where there are some.</summary>
    GrpcGatewayV1,

    /// <summary>What grpc-gateway v1 puts into `error` on the last line of a stream: `{"grpc_code":5,"http_code":404,"message":"…","http_status":"Not Found","details":[…]}`.</summary>
    GrpcGatewayV1Line,
}

/// <summary>A form of a status, with what HTTP adds to it.</summary>
/// <param name="Format">The shape.</param>
/// <param name="HttpStatus">The HTTP status that stands for it; read by the shapes that name one.</param>
/// <param name="Title">The words of that HTTP status; read by the shapes that have a place for them.</param>
public readonly record struct StatusForm(StatusFormat Format, int HttpStatus, string Title);
