using Transcoders.Calls;
using Transcoders.Grpc;

namespace Gateway.Edges.Grpc;

/// <summary>How a client of the gRPC edge puts its call on the wire.</summary>
internal enum GrpcWire : byte
{
    /// <summary>gRPC over HTTP/2.</summary>
    Grpc,

    /// <summary>`application/grpc-web`: trailers in a last frame, any version of HTTP.</summary>
    Web,

    /// <summary>`application/grpc-web-text`: the same as base64.</summary>
    WebText,

    /// <summary>Connect, one request and one answer as bodies of HTTP.</summary>
    ConnectUnary,

    /// <summary>The same with the request in the query, for methods without side effects.</summary>
    ConnectGet,

    /// <summary>Connect with envelopes, for methods with a stream.</summary>
    ConnectStream,
}

/// <summary>The wire of a request, and what its messages are. Source: PROTOCOLS §10.1, §3.2, §3.3.</summary>
/// <param name="Wire">How the call is framed.</param>
/// <param name="Format">What a message is; null for a codec that is not known.</param>
internal readonly record struct GrpcMode(GrpcWire Wire, PayloadFormat? Format)
{
    private const string Connect = "application/connect+";

    public bool IsConnect => Wire >= GrpcWire.ConnectUnary;

    /// <summary>True for a gRPC call as servers of gRPC take it.</summary>
    public bool IsPlain => Wire == GrpcWire.Grpc;

    /// <summary>The media type of the answer.</summary>
    public string ContentType => Wire switch
    {
        GrpcWire.Grpc => Format == PayloadFormat.Json ? "application/grpc+json" : GrpcHeaders.ContentType,
        GrpcWire.Web => Format == PayloadFormat.Json ? "application/grpc-web+json" : "application/grpc-web+proto",
        GrpcWire.WebText => Format == PayloadFormat.Json ? "application/grpc-web-text+json" : "application/grpc-web-text+proto",
        GrpcWire.ConnectStream => Format == PayloadFormat.Json ? "application/connect+json" : "application/connect+proto",
        _ => Format == PayloadFormat.Protobuf ? "application/proto" : "application/json",
    };

    /// <summary>The mode of a request; null when it is none of them.</summary>
    public static GrpcMode? Of(HttpRequest request)
    {
        var type = WithoutParameters(request.ContentType);
        if (type.StartsWith(GrpcHeaders.ContentType, StringComparison.OrdinalIgnoreCase))
        {
            return OfGrpc(type[GrpcHeaders.ContentType.Length..]);
        }

        if (type.StartsWith(Connect, StringComparison.OrdinalIgnoreCase))
        {
            return new(GrpcWire.ConnectStream, Codec(type[(Connect.Length - 1)..]));
        }

        if (type.Equals("application/proto", StringComparison.OrdinalIgnoreCase))
        {
            return new(GrpcWire.ConnectUnary, PayloadFormat.Protobuf);
        }

        var isNamed = request.Headers.ContainsKey(ConnectHeaders.ProtocolVersion);
        if (HttpMethods.IsGet(request.Method))
        {
            return isNamed || ConnectQuery.Names(request.QueryString.Value) ? new(GrpcWire.ConnectGet, ConnectQuery.FormatOf(request.QueryString.Value)) : null;
        }

        return !isNamed || HttpMethods.IsOptions(request.Method) ? null
            : new(GrpcWire.ConnectUnary, type.Equals("application/json", StringComparison.OrdinalIgnoreCase) ? PayloadFormat.Json : null);
    }

    private static GrpcMode? OfGrpc(ReadOnlySpan<char> rest)
    {
        if (rest.StartsWith("-web-text", StringComparison.OrdinalIgnoreCase))
        {
            return IsCodec(rest[9..]) ? new(GrpcWire.WebText, Codec(rest[9..])) : null;
        }

        if (rest.StartsWith("-web", StringComparison.OrdinalIgnoreCase))
        {
            return IsCodec(rest[4..]) ? new(GrpcWire.Web, Codec(rest[4..])) : null;
        }

        return IsCodec(rest) ? new(GrpcWire.Grpc, Codec(rest)) : null;
    }

    private static bool IsCodec(ReadOnlySpan<char> suffix) => suffix.IsEmpty || suffix[0] == '+';

    private static PayloadFormat? Codec(ReadOnlySpan<char> suffix)
    {
        if (suffix.IsEmpty || suffix.Equals("+proto", StringComparison.OrdinalIgnoreCase))
        {
            return PayloadFormat.Protobuf;
        }

        return suffix.Equals("+json", StringComparison.OrdinalIgnoreCase) ? PayloadFormat.Json : null;
    }

    private static ReadOnlySpan<char> WithoutParameters(ReadOnlySpan<char> contentType)
    {
        var semicolon = contentType.IndexOf(';');
        return (semicolon < 0 ? contentType : contentType[..semicolon]).Trim();
    }
}
