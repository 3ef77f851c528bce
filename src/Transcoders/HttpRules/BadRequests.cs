using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Transcoders.Calls;

namespace Transcoders.HttpRules;

/// <summary>INVALID_ARGUMENT with the google.rpc.BadRequest detail that names the field.</summary>
internal static class BadRequests
{
    /// <summary>Most characters of a client's own value that a message repeats.</summary>
    private const int Shown = 64;

    /// <param name="field">The field as the client knows it: `page_size`, `book.name`.</param>
    /// <param name="message">The whole sentence.</param>
    public static CallException Of(string field, string message)
    {
        var badRequest = new BadRequest();
        badRequest.FieldViolations.Add(new BadRequest.Types.FieldViolation { Field = field, Description = message });
        var status = new Google.Rpc.Status { Code = (int)Calls.StatusCode.InvalidArgument, Message = message };
        status.Details.Add(Any.Pack(badRequest));
        return new CallException(new CallStatus(Calls.StatusCode.InvalidArgument, message) { Details = status.ToByteArray() });
    }

    /// <summary>A client's text, short enough for a message.</summary>
    public static string Show(ReadOnlySpan<char> text) => text.Length <= Shown ? text.ToString() : $"{text[..Shown]}…";

    /// <inheritdoc cref="Show(ReadOnlySpan{char})"/>
    public static string Show(ReadOnlySpan<byte> utf8) =>
        Show(System.Text.Encoding.UTF8.GetString(utf8.Length <= Shown * 4 ? utf8 : utf8[..(Shown * 4)]));
}
