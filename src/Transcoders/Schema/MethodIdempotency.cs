namespace Transcoders.Schema;

/// <summary>What a method's author promised about repeating it. Source: google/protobuf/descriptor.proto, `idempotency_level`.</summary>
public enum MethodIdempotency : byte
{
    Unknown = 0,

    /// <summary>Safe: it may be called by GET and retried.</summary>
    NoSideEffects = 1,

    /// <summary>Repeating it changes nothing more: it may be retried.</summary>
    Idempotent = 2,
}
