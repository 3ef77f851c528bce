using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Gateway.Dispatch;
using Transcoders.Calls;
using Transcoders.Grpc;
using Transcoders.Http;

namespace Gateway.Edges.Grpc;

/// <summary>Writes how Connect calls end. Source: connectrpc.com/docs/protocol, "Unary-Response", "EndStreamResponse".</summary>
internal static class ConnectResponse
{
    /// <summary>Most bytes of the end of a call: a status with its details, and trailers.</summary>
    public const int MaxEnd = 4 * 1024 * 1024;

    private const byte EndStream = 0x02;

    /// <summary>The failure of a unary call: the HTTP status of its code, and the error as JSON. The response must not have started.</summary>
    public static async ValueTask WriteErrorAsync(HttpContext context, CallRoute route, CallStatus status)
    {
        // Connect's own table, which is that of code.proto: what another edge would answer instead says nothing to its clients.
        var response = context.Response;
        response.StatusCode = status.HttpStatus == StatusCodes.Status415UnsupportedMediaType ? status.HttpStatus : HttpStatusMapping.ToHttp(status.Code);
        response.ContentType = "application/json";
        response.Headers.ContentEncoding = default;
        if (StatusDetails.RetryDelay(status) is { } delay && delay >= TimeSpan.Zero)
        {
            response.Headers.RetryAfter = ((long)Math.Ceiling(delay.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (status.Code == StatusCode.Unauthenticated && response.Headers.WWWAuthenticate.Count == 0)
        {
            // RFC 9110 §15.5.2 wants a challenge.
            response.Headers.WWWAuthenticate = "Bearer";
        }

        WriteTrailers(response, status.Trailers);
        using var body = new PayloadBuffer(MaxEnd);
        route.ConnectErrors.Write(status, body);
        response.ContentLength = body.Length;
        await response.BodyWriter.WriteAsync(body.WrittenMemory);
    }

    /// <summary>Trailers of a unary call are headers `trailer-NAME`: its status is known before the body leaves.</summary>
    public static void WriteTrailers(HttpResponse response, CallMetadata? trailers)
    {
        foreach (ref readonly var entry in trailers is null ? default : trailers.AsSpan())
        {
            if (MetadataText.IsName(entry.Key) && MetadataText.IsValue(entry.Value) && !ReservedMetadata.Contains(entry.Key))
            {
                response.Headers.Append(ConnectHeaders.TrailerPrefix + entry.Key, entry.Value);
            }
        }
    }

    /// <summary>The refusal of a call that never began, in the words of its mode.</summary>
    public static async ValueTask RefuseAsync(HttpContext context, CallRoute route, CallStatus status, GrpcMode mode)
    {
        if (mode.Wire != GrpcWire.ConnectStream)
        {
            await WriteErrorAsync(context, route, status);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = mode.ContentType;
        using var frame = new PayloadBuffer(MaxEnd);
        WriteEnd(frame, route, status);
        await context.Response.BodyWriter.WriteAsync(frame.WrittenMemory);
    }

    /// <summary>Appends the envelope that ends a stream: `{"error":{…},"metadata":{"name":["value"]}}`.</summary>
    public static void WriteEnd(PayloadBuffer output, CallRoute route, CallStatus status)
    {
        var start = output.Length;
        output.Write([EndStream, 0, 0, 0, 0]);
        output.Write("{"u8);
        if (!status.IsOk)
        {
            output.Write("\"error\":"u8);
            route.ConnectErrors.Write(status, output);
        }

        if (status.Trailers is { Count: > 0 } trailers)
        {
            output.Write(status.IsOk ? "\"metadata\":"u8 : ",\"metadata\":"u8);
            WriteMetadata(output, trailers);
        }

        output.Write("}"u8);
        BinaryPrimitives.WriteUInt32BigEndian(output.Raw[(start + 1)..], (uint)(output.Length - start - GrpcFrameReader.PrefixLength));
    }

    /// <summary>Why an encoding is refused; null when it is not.</summary>
    public static CallStatus? RefuseEncoding(string encoding) =>
        encoding is "gzip" or "identity" ? null
            : new CallStatus(StatusCode.Unimplemented, $"The encoding '{encoding}' is not supported; {ConnectHeaders.Accepted} is.") { Origin = StatusOrigin.Client };

    private static void WriteMetadata(PayloadBuffer output, CallMetadata metadata)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        for (var i = 0; i < metadata.Count; i++)
        {
            var name = metadata[i].Key;
            if (ReservedMetadata.Contains(name) || IsEarlier(metadata, i))
            {
                continue;
            }

            json.WriteStartArray(name.ToLowerInvariant());
            for (var j = i; j < metadata.Count; j++)
            {
                if (metadata[j].Key.Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    json.WriteStringValue(metadata[j].Value);
                }
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static bool IsEarlier(CallMetadata metadata, int index)
    {
        for (var i = 0; i < index; i++)
        {
            if (metadata[i].Key.Equals(metadata[index].Key, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
