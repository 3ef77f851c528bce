using System.Text;
using Transcoders.Calls;
using Transcoders.Payloads.WellKnown;
using Transcoders.Schema;

namespace Transcoders.Payloads;

/// <summary>Reads google.rpc.Status in JSON, as <see cref="StatusJsonWriter"/> prints it. Safe from any thread.</summary>
/// <remarks>
/// No detail is lost: one of an unknown type is kept as it is when it has the form `{"@type":…,"value":"base64"}`; any other JSON is kept
/// inside a google.protobuf.Struct (or Value), under its own names.
/// </remarks>
public sealed class StatusJsonReader : StatusReader
{
    private const int MaxDepth = 100;

    private readonly PayloadPlan _detail;

    public StatusJsonReader(SchemaCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var compiler = new PayloadPlanCompiler(catalog, new PayloadPlanOptions { UnknownFields = UnknownFieldHandling.Ignore });
        _detail = compiler.JsonToProtobuf(catalog.FindMessage("google.protobuf.Any")!);
    }

    /// <summary>The status; null when the text is not a JSON object with an integer `code` from 0 to 16.</summary>
    public override CallStatus? Read(ReadOnlySpan<byte> payload)
    {
        try
        {
            var scanner = new JsonScanner(payload, MaxDepth);
            var status = Read(ref scanner, payload.Length);
            scanner.ExpectEnd();
            return status;
        }
        catch (CallException)
        {
            return null;
        }
    }

    private CallStatus? Read(ref JsonScanner scanner, int size)
    {
        if (scanner.Peek() != '{' || scanner.Open((byte)'}'))
        {
            return null;
        }

        long code = -1;
        var message = "";
        using var details = new PayloadBuffer(Math.Max(1024, size * 2));
        do
        {
            scanner.ExpectQuote();
            var name = scanner.ReadString(out _);
            scanner.Expect((byte)':');
            switch (scanner.Peek())
            {
                case >= (byte)'0' and <= (byte)'9' when name.SequenceEqual("code"u8):
                    if (!NumberText.TryParseInt64(scanner.ReadNumber(), out code))
                    {
                        return null;
                    }

                    break;
                case (byte)'"' when name.SequenceEqual("message"u8):
                    message = Text(ref scanner);
                    break;
                case (byte)'[' when name.SequenceEqual("details"u8):
                    Details(ref scanner, details);
                    break;
                case not (byte)'n' when name.SequenceEqual("message"u8):
                    return null;
                default:
                    scanner.SkipValue();
                    break;
            }
        }
        while (scanner.Continues((byte)'}'));
        scanner.Close();
        return code is < 0 or >= StatusCodeNames.Count ? null : Build((StatusCode)code, message, details);
    }

    private void Details(ref JsonScanner scanner, PayloadBuffer details)
    {
        if (scanner.Open((byte)']'))
        {
            return;
        }

        do
        {
            scanner.Peek();
            var start = scanner.Position;
            scanner.SkipValue();
            var before = details.Length;
            var writer = new WireWriter(details);
            writer.WriteTag(3, WireType.Length);
            var any = Any(scanner.Json[start..scanner.Position]);
            writer.WriteLengthDelimited(any);
            writer.Flush();
            if (any.IsEmpty)
            {
                details.Length = before;
            }
        }
        while (scanner.Continues((byte)']'));
        scanner.Close();
    }

    /// <summary>The detail as an Any on the wire: of its own type, else of its bytes, else as the JSON it is.</summary>
    private ReadOnlySpan<byte> Any(ReadOnlySpan<byte> json)
    {
        using var buffer = new PayloadBuffer(Math.Max(1024, json.Length * 4));
        if (!TryConvert(json, buffer))
        {
            Opaque(json, buffer);
        }

        if (buffer.Length == 0)
        {
            var wrapped = json[0] == '{' ? "google.protobuf.Struct" : "google.protobuf.Value";
            TryConvert([.. Encoding.UTF8.GetBytes($"{{\"@type\":\"type.googleapis.com/{wrapped}\",\"value\":"), .. json, (byte)'}'], buffer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private bool TryConvert(ReadOnlySpan<byte> json, PayloadBuffer buffer)
    {
        try
        {
            _detail.Convert(json, buffer);
            return true;
        }
        catch (CallException)
        {
            buffer.Clear();
            return false;
        }
    }

    private static void Opaque(ReadOnlySpan<byte> json, PayloadBuffer output)
    {
        var scanner = new JsonScanner(json, MaxDepth);
        if (scanner.Peek() != '{' || scanner.Open((byte)'}'))
        {
            return;
        }

        var type = "";
        var value = "";
        do
        {
            scanner.ExpectQuote();
            var name = scanner.ReadString(out _);
            scanner.Expect((byte)':');
            if (scanner.Peek() != '"')
            {
                return;
            }

            var text = Text(ref scanner);
            type = name.SequenceEqual("@type"u8) ? text : type;
            value = name.SequenceEqual("value"u8) ? text : value;
        }
        while (scanner.Continues((byte)'}'));
        var encoded = Encoding.UTF8.GetBytes(value);
        var bytes = new byte[Base64Text.MaxDecodedLength(encoded.Length)];
        if (type.Length == 0 || !Base64Text.TryDecode(encoded, bytes, out var length))
        {
            return;
        }

        var writer = new WireWriter(output);
        writer.WriteTag(1, WireType.Length);
        writer.WriteLengthDelimited(Encoding.UTF8.GetBytes(type));
        writer.WriteTag(2, WireType.Length);
        writer.WriteLengthDelimited(bytes.AsSpan(0, length));
        writer.Flush();
    }

    private static string Text(ref JsonScanner scanner)
    {
        var raw = scanner.ReadString(out var escaped);
        if (!escaped)
        {
            return Encoding.UTF8.GetString(raw);
        }

        var plain = new byte[raw.Length];
        return Encoding.UTF8.GetString(plain.AsSpan(0, scanner.Unescape(raw, plain)));
    }

    private static CallStatus Build(StatusCode code, string message, PayloadBuffer details)
    {
        if (details.Length == 0)
        {
            return new CallStatus(code, message);
        }

        using var status = new PayloadBuffer(int.MaxValue);
        var writer = new WireWriter(status);
        writer.WriteTag(1, WireType.Varint);
        writer.WriteVarint((ulong)code);
        writer.WriteTag(2, WireType.Length);
        writer.WriteLengthDelimited(Encoding.UTF8.GetBytes(message));
        writer.WriteRaw(details.WrittenSpan);
        writer.Flush();
        return new CallStatus(code, message) { Details = status.WrittenSpan.ToArray() };
    }
}
