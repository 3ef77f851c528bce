using Transcoders.Calls;

namespace Transcoders.Payloads;

/// <summary>Builds the statuses of payloads that cannot be converted.</summary>
internal static class PayloadErrors
{
    /// <summary>Reasons of a violation: a value its field cannot take.</summary>
    public const string InvalidValue = "INVALID_VALUE";

    /// <summary>A name that no field has.</summary>
    public const string UnknownField = "UNKNOWN_FIELD";

    /// <summary>Text that is no JSON.</summary>
    public const string MalformedJson = "MALFORMED_JSON";

    /// <summary>INVALID_ARGUMENT with the field's path in the message, and as a google.rpc.BadRequest among the details.</summary>
    /// <param name="path">The field, as in JSON; empty for the message as a whole.</param>
    /// <param name="description">What is wrong with it, and what would be right.</param>
    /// <param name="reason">The kind of mistake, for programs.</param>
    public static CallException InvalidField(string path, string description, string reason = InvalidValue)
    {
        var message = path.Length == 0 ? description : $"{path}: {description}";
        return new CallException(new CallStatus(StatusCode.InvalidArgument, message)
        {
            Details = StatusDetails.BadRequest(message, path, description, reason),
        });
    }

    public static CallException TooLarge(int size, int limit) =>
        new(StatusCode.ResourceExhausted, $"Message of {size} bytes; the limit is {limit}.");

    public static CallException InvalidWire(string type, string path, string description) =>
        new(StatusCode.Internal, path.Length == 0
            ? $"The message {type} cannot be shown as JSON: {description}"
            : $"The message {type} cannot be shown as JSON: {path}: {description}");

    public static CallException MalformedWire(string type, string path, string description) =>
        new(StatusCode.InvalidArgument, path.Length == 0
            ? $"The message {type} cannot be read: {description}"
            : $"The message {type} cannot be read: {path}: {description}");
}
