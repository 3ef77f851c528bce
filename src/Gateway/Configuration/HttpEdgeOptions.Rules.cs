namespace Gateway.Configuration;

/// <summary>What a URL, a query and a JSON body mean, and how answers are printed.</summary>
public sealed partial record HttpEdgeOptions
{
    /// <summary>Whose defaults hold where the file says nothing: `none` (the gateway's own), `grpc-gateway`, `grpc-gateway-v1`, `envoy` or `aspnet`.</summary>
    public string Compat { get; init; } = "none";

    /// <summary>Who wins when URL and body set one field: `path-wins` (path over query over body), `body-wins`, `reject` (400).</summary>
    public string FieldConflicts { get; init; } = "path-wins";

    /// <summary>What a body does that the rule has no place for: `reject` (400) or `ignore`.</summary>
    public string UnexpectedBody { get; init; } = "reject";

    /// <summary>The system parameters of Google APIs (`$alt`, `$fields`, `access_token`, …): `reject` them as unknown, or `ignore` them.</summary>
    public string SystemParameters { get; init; } = "reject";

    /// <summary>`+` in a query is a space.</summary>
    public bool PlusAsSpace { get; init; } = true;

    /// <summary>Names of enums are read in any case, in URLs and in JSON.</summary>
    public bool CaseInsensitiveEnums { get; init; }

    /// <summary>`?flag` and `?flag=` are true.</summary>
    public bool EmptyBoolAsTrue { get; init; }

    /// <summary>`?labels[key]=value` sets an entry of a map.</summary>
    public bool MapQuery { get; init; }

    /// <summary>
    /// Escapes of RFC 6570 reserved characters are decoded in variables of several segments, `%2F` alone excepted; false leaves all of them.
    /// A service config that says so has the last word.
    /// </summary>
    public bool FullyDecodeReservedExpansion { get; init; } = true;

    /// <summary>Where the field mask of a PATCH comes from that the client left out: `off` (nowhere) or `body` (the members of the JSON body).</summary>
    public string PatchMask { get; init; } = "off";

    /// <summary>Headers `grpc-metadata-NAME` of requests are metadata NAME, and the backend's initial metadata also leaves under such names, as with grpc-gateway.</summary>
    public bool GrpcMetadata { get; init; }

    /// <summary>Print integers of 64 bits as JSON numbers.</summary>
    public bool Int64AsNumbers { get; init; }

    /// <summary>With <see cref="EmitDefaults"/>, print messages that are not set as null.</summary>
    public bool EmitNulls { get; init; }
}
