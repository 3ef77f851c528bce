using System.Text;
using Transcoders.Calls;
using Transcoders.Schema;

namespace Transcoders.Payloads;

/// <summary>Prints a status as google.rpc.Status in JSON: `{"code":5,"message":"…","details":[…]}`. Safe from any thread; never fails.</summary>
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
    public override void Write(CallStatus status, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(status);
        ArgumentNullException.ThrowIfNull(output);
        var start = output.Length;
        try
        {
            Write(status, output, status.Details.Span);
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
        var message = status.Message;
        var size = Encoding.UTF8.GetMaxByteCount(message.Length);
        var rented = System.Buffers.ArrayPool<byte>.Shared.Rent(size);
        var length = Encoding.UTF8.GetBytes(message, rented);

        var writer = new WireWriter(output);
        writer.WriteRaw("{\"code\":"u8);
        writer.WriteInteger((long)status.Code);
        writer.WriteRaw(",\"message\":"u8);
        writer.TryWriteJsonString(rented.AsSpan(0, length), 0, length, mustBeUtf8: false);
        writer.WriteRaw(",\"details\":["u8);
        writer.Flush();
        System.Buffers.ArrayPool<byte>.Shared.Return(rented);

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

        output.Write("]}"u8);
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
