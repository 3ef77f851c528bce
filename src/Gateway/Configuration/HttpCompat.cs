namespace Gateway.Configuration;

/// <summary>The presets of `Compat`: the defaults of those that teams move from. Sources: PROTOCOLS §1.2, docs/http-rules.md.</summary>
internal static class HttpCompat
{
    /// <summary>What holds where the file says nothing; a key of the file wins over it.</summary>
    /// <param name="preset">A word of the grammar.</param>
    public static HttpEdgeOptions Defaults(string preset) => preset switch
    {
        "grpc-gateway" => new HttpEdgeOptions
        {
            Compat = preset,
            Stream = "grpc-gateway",
            UnknownQuery = "ignore",
            UnknownFields = "ignore",
            UnexpectedBody = "ignore",
            MapQuery = true,
            PatchMask = "body",
            GrpcMetadata = true,
            EmitDefaults = true,
            EmitNulls = true,
        },
        "grpc-gateway-v1" => new HttpEdgeOptions
        {
            Compat = preset,
            Stream = "grpc-gateway",
            UnknownQuery = "ignore",
            UnknownFields = "ignore-fields",
            UnexpectedBody = "ignore",
            ErrorFormat = "grpc-gateway-v1",
            MapQuery = true,
            PatchMask = "body",
            GrpcMetadata = true,
            ProtoNames = true,
        },
        "envoy" => new HttpEdgeOptions
        {
            Compat = preset,
            Stream = "array",
            UnknownFields = "ignore",
            FieldConflicts = "body-wins",
            PlusAsSpace = false,
            IgnoreTrailingSlash = true,
        },
        "aspnet" => new HttpEdgeOptions
        {
            Compat = preset,
            Stream = "aspnet",
            UnknownQuery = "ignore",
            UnknownFields = "ignore",
            UnexpectedBody = "ignore",
            IgnoreTrailingSlash = true,
            EmitDefaults = true,
            Int64AsNumbers = true,
        },
        _ => new HttpEdgeOptions(),
    };
}
