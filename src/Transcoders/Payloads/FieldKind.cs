namespace Transcoders.Payloads;

/// <summary>What one value of a field is.</summary>
internal enum FieldKind : byte
{
    Double,
    Float,
    Int32,
    Int64,
    UInt32,
    UInt64,
    SInt32,
    SInt64,
    Fixed32,
    Fixed64,
    SFixed32,
    SFixed64,
    Bool,
    Enum,
    String,
    Bytes,
    Message,
    Group,
}

/// <summary>How many values a field has.</summary>
internal enum FieldShape : byte
{
    Singular,
    Repeated,
    Map,
}

/// <summary>Messages with a JSON form of their own. Source: PROTOCOLS §2.1.</summary>
internal enum MessageForm : byte
{
    Fields,
    Any,
    Timestamp,
    Duration,
    FieldMask,
    Struct,
    Value,
    ListValue,
    Wrapper,
}
