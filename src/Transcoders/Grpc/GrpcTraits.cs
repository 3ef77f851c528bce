using Transcoders.Calls;

namespace Transcoders.Grpc;

/// <summary>What gRPC carries: everything the canonical call has.</summary>
public static class GrpcTraits
{
    public const string Name = "grpc";

    public static readonly ProtocolTraits Edge = new()
    {
        Name = Name,
        Article = "a gRPC edge",
        StreamsRequests = true,
        StreamsResponses = true,
        Formats = [PayloadFormat.Protobuf],
        NeedsSchema = true,
        HasModes = true,
    };

    public static readonly ProtocolTraits Backend = Edge with { Article = "a gRPC backend" };
}
