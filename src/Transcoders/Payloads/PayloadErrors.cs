using Google.Protobuf;
using Google.Rpc;
using Transcoders.Calls;

namespace Transcoders.Payloads;

/// <summary>Builds the statuses of payloads that cannot be converted.</summary>
internal static class PayloadErrors
{
    /// <summary>INVALID_ARGUMENT with the field's path in the message and as a BadRequest detail.</summary>
    public static CallException InvalidField(string path, string description)
    {
        var message = path.Length == 0 ? description : $"{path}: {description}";
        var violation = new BadRequest.Types.FieldViolation { Field = path, Description = description };
        var status = new Google.Rpc.Status { Code = (int)StatusCode.InvalidArgument, Message = message };
        status.Details.Add(Google.Protobuf.WellKnownTypes.Any.Pack(new BadRequest { FieldViolations = { violation } }));
        return new CallException(new CallStatus(StatusCode.InvalidArgument, message) { Details = status.ToByteArray() });
    }

    public static CallException TooLarge(int size, int limit) =>
        new(StatusCode.ResourceExhausted, $"Message of {size} bytes; the limit is {limit}.");

    public static CallException InvalidWire(string type, string path, string description) =>
        new(StatusCode.Internal, path.Length == 0
            ? $"The message {type} cannot be shown as JSON: {description}"
            : $"The message {type} cannot be shown as JSON: {path}: {description}");
}
