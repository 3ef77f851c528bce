using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Transcoders.Calls;
using Transcoders.Schema;

namespace Transcoders.Payloads;

/// <summary>A status as google.rpc.Status in JSON.</summary>
public sealed class StatusJsonWriter : StatusWriter
{
    private readonly SchemaCatalog _catalog;

    public StatusJsonWriter(SchemaCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        _catalog = catalog;
    }

    internal SchemaCatalog Catalog => _catalog;

    public override void Write(CallStatus status, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(status);
        ArgumentNullException.ThrowIfNull(output);
        output.Write("{\"code\":"u8);
        ((int)status.Code).TryFormat(output.GetSpan(8), out var written, default, CultureInfo.InvariantCulture);
        output.Advance(written);
        output.Write(",\"message\":\""u8);
        output.Write(JsonEncodedText.Encode(status.Message, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        output.Write("\",\"details\":[]}"u8);
    }
}
