namespace Transcoders.Descriptions;

/// <summary>Which way a message goes: what a client must write and what it can count on reading are not the same.</summary>
public enum MessageDirection : byte
{
    /// <summary>From the client: fields that `google.api.field_behavior` calls REQUIRED are required.</summary>
    Request = 0,

    /// <summary>To the client: a field that holds its default is not printed, required or not.</summary>
    Response = 1,
}
