using System.Text;
using Transcoders.Calls;
using Transcoders.Schema;

namespace Transcoders.Payloads;

/// <summary>
/// Prints a status as Connect does: `{"code":"not_found","message":"…","details":[{"type":"pkg.Message","value":"CgR0ZXN0","debug":{…}}]}`.
/// Safe from any thread; never fails. Source: connectrpc.com/docs/protocol, "Error Codes" and "Error".
/// </summary>
/// <remarks>A detail whose type the catalogue does not know has no `debug`. Details that are no google.rpc.Status at all are left out.</remarks>
public sealed class ConnectErrorWriter : StatusWriter
{
    private readonly PayloadPlan _detail;

    public ConnectErrorWriter(SchemaCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        _detail = new PayloadPlanCompiler(catalog).ProtobufToJson(catalog.FindMessage("google.protobuf.Any")!);
    }

    /// <summary>`NotFound` → `not_found`; CANCELLED alone is spelled another way than in google.rpc. OK has no name: it is no error.</summary>
    public static string Name(StatusCode code) => code switch
    {
        StatusCode.Cancelled => "canceled",
        StatusCode.InvalidArgument => "invalid_argument",
        StatusCode.DeadlineExceeded => "deadline_exceeded",
        StatusCode.NotFound => "not_found",
        StatusCode.AlreadyExists => "already_exists",
        StatusCode.PermissionDenied => "permission_denied",
        StatusCode.ResourceExhausted => "resource_exhausted",
        StatusCode.FailedPrecondition => "failed_precondition",
        StatusCode.Aborted => "aborted",
        StatusCode.OutOfRange => "out_of_range",
        StatusCode.Unimplemented => "unimplemented",
        StatusCode.Internal => "internal",
        StatusCode.Unavailable => "unavailable",
        StatusCode.DataLoss => "data_loss",
        StatusCode.Unauthenticated => "unauthenticated",
        _ => "unknown",
    };

    /// <summary>Appends the JSON. When it is over the buffer's limit, the code with a short message stands in for it. Connect has one shape: the form is not looked at.</summary>
    public override void Write(CallStatus status, StatusForm form, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(status);
        ArgumentNullException.ThrowIfNull(output);
        var start = output.Length;
        try
        {
            Write(status, output, StatusDetails.WithRetryInfo(status).Span);
            output.ThrowIfOverLimit();
        }
        catch (CallException)
        {
            output.Length = start;
            Write(new CallStatus(status.Code, "The status is larger than the limit."), output, default);
        }
    }

    private void Write(CallStatus status, PayloadBuffer output, ReadOnlySpan<byte> details)
    {
        output.Write("{\"code\":\""u8);
        output.Write(Encoding.ASCII.GetBytes(Name(status.Code)));
        output.Write("\""u8);
        if (status.Message.Length > 0)
        {
            output.Write(",\"message\":"u8);
            WriteString(output, Encoding.UTF8.GetBytes(status.Message));
        }

        var count = 0;
        var position = 0;
        while (position < details.Length && WireReader.TryReadTag(details, ref position, out var tag))
        {
            if (tag != ((3 << 3) | WireType.Length))
            {
                if (!WireReader.TrySkip(details, ref position, tag))
                {
                    break;
                }

                continue;
            }

            if (!WireReader.TryReadLengthDelimited(details, ref position, out var any))
            {
                break;
            }

            output.Write(count++ == 0 ? ",\"details\":["u8 : ","u8);
            Detail(any, output);
        }

        output.Write(count == 0 ? "}"u8 : "]}"u8);
    }

    private void Detail(ReadOnlySpan<byte> any, PayloadBuffer output)
    {
        ReadOnlySpan<byte> url = default;
        ReadOnlySpan<byte> value = default;
        var position = 0;
        while (position < any.Length && WireReader.TryReadTag(any, ref position, out var tag))
        {
            var read = tag switch
            {
                (1 << 3) | WireType.Length => WireReader.TryReadLengthDelimited(any, ref position, out url),
                (2 << 3) | WireType.Length => WireReader.TryReadLengthDelimited(any, ref position, out value),
                _ => WireReader.TrySkip(any, ref position, tag),
            };
            if (!read)
            {
                break;
            }
        }

        output.Write("{\"type\":"u8);
        WriteString(output, url[(url.LastIndexOf((byte)'/') + 1)..]);
        output.Write(",\"value\":\""u8);
        output.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(value).TrimEnd('=')));
        output.Write("\""u8);
        Debug(any, url.Length, output);
        output.Write("}"u8);
    }

    /// <summary>`{"@type":"…","reason":"x"}` → `"debug":{"reason":"x"}`; nothing for a type that is not known.</summary>
    private void Debug(ReadOnlySpan<byte> any, int urlLength, PayloadBuffer output)
    {
        var start = output.Length;
        using var json = new PayloadBuffer(Math.Max(1024, any.Length * 16));
        try
        {
            _detail.Convert(any, json);
        }
        catch (CallException)
        {
            return;
        }

        // The plan prints "@type" first, and a type's name has nothing to escape.
        var rest = json.WrittenSpan[Math.Min("{\"@type\":\"\""u8.Length + urlLength, json.Length)..];
        if (rest.IsEmpty || rest[0] is not ((byte)',' or (byte)'}'))
        {
            output.Length = start;
            return;
        }

        output.Write(",\"debug\":{"u8);
        output.Write(rest[0] == ',' ? rest[1..] : rest);
    }

    private static void WriteString(PayloadBuffer output, ReadOnlySpan<byte> utf8)
    {
        var writer = new WireWriter(output);
        writer.TryWriteJsonString(utf8, 0, utf8.Length, mustBeUtf8: false);
        writer.Flush();
    }
}
