using System.Text;
using Transcoders.Calls;
using Transcoders.Schema;

namespace Transcoders.Payloads;

/// <summary>Prints a status in JSON, as google.rpc.Status `{"code":5,"message":"…","details":[…]}` or in another shape. Safe from any thread; never fails.</summary>
/// <remarks>
/// A detail whose type the catalogue does not know, or that cannot be shown, becomes `{"@type":…,"value":"base64"}`.
/// Details that are no google.rpc.Status at all are left out. Source: PROTOCOLS §3.5.
/// </remarks>
public sealed class StatusJsonWriter : StatusWriter
{
    private readonly PayloadPlan _detail;

    public StatusJsonWriter(SchemaCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var compiler = new PayloadPlanCompiler(catalog);
        _detail = compiler.ProtobufToJson(catalog.FindMessage("google.protobuf.Any")!);
    }

    /// <summary>Appends the JSON. When it is over the buffer's limit, the code with a short message stands in for it.</summary>
    public override void Write(CallStatus status, StatusForm form, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(status);
        ArgumentNullException.ThrowIfNull(output);
        var start = output.Length;
        try
        {
            Write(status, form, output, StatusDetails.WithRetryInfo(status).Span);
            output.ThrowIfOverLimit();
        }
        catch (CallException)
        {
            output.Length = start;
            Write(new CallStatus(status.Code, "The status is larger than the limit."), form, output, default);
        }
    }

    private void Write(CallStatus status, StatusForm form, PayloadBuffer output, ReadOnlySpan<byte> details)
    {
        var writer = new WireWriter(output);
        WriteHead(status, form, ref writer);
        writer.Flush();
        var beforeDetails = output.Length;
        output.Write(",\"details\":["u8);

        var first = true;
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

            if (!first)
            {
                output.Write(","u8);
            }

            first = false;
            Detail(any, output);
        }

        if (first && form.Format is (StatusFormat.GrpcGatewayV1 or StatusFormat.GrpcGatewayV1Line))
        {
            output.Length = beforeDetails;
            output.Write("}"u8);
            return;
        }

        output.Write("]}"u8);
    }

    /// <summary>All members but the details.</summary>
    private static void WriteHead(CallStatus status, StatusForm form, ref WireWriter writer)
    {
        switch (form.Format)
        {
            case StatusFormat.Aip193:
                writer.WriteRaw("{\"code\":"u8);
                writer.WriteInteger(form.HttpStatus);
                writer.WriteRaw(",\"message\":"u8);
                WriteText(status.Message, ref writer);
                writer.WriteRaw(",\"status\":"u8);
                WriteText(StatusCodeNames.Name(status.Code), ref writer);
                break;
            case StatusFormat.Problem:
                // RFC 9457 §4.2.1: about:blank says that the title is the HTTP status's own.
                writer.WriteRaw("{\"type\":\"about:blank\",\"title\":"u8);
                WriteText(form.Title, ref writer);
                writer.WriteRaw(",\"status\":"u8);
                writer.WriteInteger(form.HttpStatus);
                writer.WriteRaw(",\"detail\":"u8);
                WriteText(status.Message, ref writer);
                writer.WriteRaw(",\"grpcStatus\":"u8);
                WriteText(StatusCodeNames.Name(status.Code), ref writer);
                break;
            case StatusFormat.GrpcGatewayV1:
                writer.WriteRaw("{\"error\":"u8);
                WriteText(status.Message, ref writer);
                writer.WriteRaw(",\"message\":"u8);
                WriteText(status.Message, ref writer);
                writer.WriteRaw(",\"code\":"u8);
                writer.WriteInteger((long)status.Code);
                break;
            case StatusFormat.GrpcGatewayV1Line:
                writer.WriteRaw("{\"grpc_code\":"u8);
                writer.WriteInteger((long)status.Code);
                writer.WriteRaw(",\"http_code\":"u8);
                writer.WriteInteger(form.HttpStatus);
                writer.WriteRaw(",\"message\":"u8);
                WriteText(status.Message, ref writer);
                writer.WriteRaw(",\"http_status\":"u8);
                WriteText(form.Title, ref writer);
                break;
            default:
                writer.WriteRaw("{\"code\":"u8);
                writer.WriteInteger((long)status.Code);
                writer.WriteRaw(",\"message\":"u8);
                WriteText(status.Message, ref writer);
                break;
        }
    }

    private static void WriteText(string text, ref WireWriter writer)
    {
        var rented = System.Buffers.ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var length = Encoding.UTF8.GetBytes(text, rented);
        writer.TryWriteJsonString(rented.AsSpan(0, length), 0, length, mustBeUtf8: false);
        System.Buffers.ArrayPool<byte>.Shared.Return(rented);
    }

    private void Detail(ReadOnlySpan<byte> any, PayloadBuffer output)
    {
        var start = output.Length;
        try
        {
            _detail.Convert(any, output);
        }
        catch (CallException e) when (e.Status.Code == StatusCode.Internal)
        {
            output.Length = start;
            Opaque(any, output);
        }
    }

    private static void Opaque(ReadOnlySpan<byte> any, PayloadBuffer output)
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

        var writer = new WireWriter(output);
        writer.WriteRaw("{\"@type\":"u8);
        writer.TryWriteJsonString(url, 0, url.Length, mustBeUtf8: false);
        writer.WriteRaw(",\"value\":"u8);
        writer.WriteBase64(value);
        writer.WriteByte((byte)'}');
        writer.Flush();
    }
}
