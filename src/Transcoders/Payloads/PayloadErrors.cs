using System.Text;
using Transcoders.Calls;

namespace Transcoders.Payloads;

/// <summary>Builds the statuses of payloads that cannot be converted.</summary>
internal static class PayloadErrors
{
    /// <summary>INVALID_ARGUMENT with the field's path in the message, and as a google.rpc.BadRequest among the details.</summary>
    public static CallException InvalidField(string path, string description)
    {
        var message = path.Length == 0 ? description : $"{path}: {description}";
        return new CallException(new CallStatus(StatusCode.InvalidArgument, message)
        {
            Details = BadRequest(message, path, description),
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

    /// <summary>A google.rpc.Status with one google.rpc.BadRequest.FieldViolation, on the wire. Numbers as google/rpc/*.proto declare them.</summary>
    private static byte[] BadRequest(string message, string field, string description)
    {
        using var buffer = new PayloadBuffer(int.MaxValue);
        var writer = new WireWriter(buffer);
        writer.WriteTag(1, WireType.Varint); // Status.code
        writer.WriteVarint((ulong)StatusCode.InvalidArgument);
        Text(ref writer, 2, message); // Status.message
        writer.WriteTag(3, WireType.Length); // Status.details
        var any = writer.BeginLength();
        Text(ref writer, 1, "type.googleapis.com/google.rpc.BadRequest");
        writer.WriteTag(2, WireType.Length); // Any.value
        var badRequest = writer.BeginLength();
        writer.WriteTag(1, WireType.Length); // BadRequest.field_violations
        var violation = writer.BeginLength();
        Text(ref writer, 1, field);
        Text(ref writer, 2, description);
        writer.EndLength(violation);
        writer.EndLength(badRequest);
        writer.EndLength(any);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void Text(ref WireWriter writer, int number, string text)
    {
        writer.WriteTag(number, WireType.Length);
        writer.WriteLengthDelimited(Encoding.UTF8.GetBytes(text));
    }
}
