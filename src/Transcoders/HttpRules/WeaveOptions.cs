namespace Transcoders.HttpRules;

/// <summary>What happens to a query parameter that no field of the request answers to.</summary>
public enum UnknownQuery : byte
{
    /// <summary>INVALID_ARGUMENT: a misspelt filter must not return everything.</summary>
    Reject = 0,

    Ignore = 1,
}

/// <summary>Who wins when URL and body set the same field.</summary>
public enum FieldConflict : byte
{
    /// <summary>Path over query over body.</summary>
    UrlWins = 0,

    /// <summary>Body over path over query.</summary>
    BodyWins = 1,

    /// <summary>INVALID_ARGUMENT.</summary>
    Reject = 2,
}

/// <summary>What happens to a body that the binding has no place for.</summary>
public enum UnexpectedBody : byte
{
    /// <summary>
    /// INVALID_ARGUMENT, since what the client sent would be lost. Two bodies pass unseen: `{}`, which many clients send when they
    /// mean nothing, and any body of GET, HEAD and DELETE, where content has no defined meaning (RFC 9110 §9.3.1, §9.3.2, §9.3.5).
    /// </summary>
    Reject = 0,

    Ignore = 1,
}

/// <summary>Choices in making a message of a URL and a body. Source of the defaults: PROTOCOLS §1.3.</summary>
public sealed record WeaveOptions
{
    public static readonly WeaveOptions Default = new();

    public UnknownQuery UnknownQuery { get; init; }

    /// <summary>Query parameters never looked at, by their decoded names.</summary>
    public IReadOnlyList<string> IgnoreQuery { get; init; } = [];

    /// <summary>
    /// The system parameters of Google APIs are passed over: `$alt`, `$fields` and whatever else begins with `$`, and those that are also
    /// written without it (`access_token`, `key`, `prettyPrint`, …) where the request has no such field. `alt` must then be `json`,
    /// since nothing else is answered.
    /// </summary>
    public bool IgnoreSystemParameters { get; init; }

    /// <summary>`?labels[key]=value` sets an entry of a map of scalars, as grpc-gateway reads it. A key given twice keeps its last value.</summary>
    public bool MapQuery { get; init; }

    /// <summary>
    /// A PATCH whose body is one field fills the request's only google.protobuf.FieldMask, when the URL does not, with what the body has:
    /// `{"title":"x","author":{"givenName":"y"}}` → `title,author.given_name`.
    /// </summary>
    public bool MaskFromBody { get; init; }

    /// <summary>`+` in a query is a space, as forms and browsers write it; false leaves it a plus.</summary>
    public bool PlusIsSpace { get; init; } = true;

    /// <summary>Enum names in path and query are compared without case.</summary>
    public bool CaseInsensitiveEnums { get; init; }

    /// <summary>`?flag` and `?flag=` are true; false makes them INVALID_ARGUMENT.</summary>
    public bool EmptyBoolIsTrue { get; init; }

    /// <summary>
    /// In captures of several segments every RFC 6570 reserved character stays escaped, not `%2F` alone:
    /// what http.proto calls the default of `fully_decode_reserved_expansion`.
    /// </summary>
    public bool KeepReservedEscapes { get; init; }

    public FieldConflict Conflict { get; init; }

    public UnexpectedBody UnexpectedBody { get; init; }

    /// <summary>Most query parameters of one request, ignored ones included.</summary>
    public int MaxParameters { get; init; } = 256;

    /// <summary>Longest query parameter, name and value together as sent, in characters.</summary>
    public int MaxParameterLength { get; init; } = 16 * 1024;
}
