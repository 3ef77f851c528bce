using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Gateway.Dispatch;
using Transcoders.Calls;
using Transcoders.Stdio.JsonRpc;

namespace Gateway.Edges.Stdio;

/// <summary>A method called by JSON-RPC; where it streams, `$/msg` notifications carry the messages. Source: PROTOCOLS §10.7 cell 19.</summary>
/// <param name="shape">The method's.</param>
/// <param name="requests">Takes the request messages of a method that streams them; null for the others.</param>
internal sealed class MethodCall(CallShape shape, PipeWriter? requests) : SessionCall
{
    /// <summary>Bytes that may wait for a backend: one stdin serves all calls, and cannot be paused for one. Source: PROTOCOLS §10.5.</summary>
    public const int MaxWaiting = 256 * 1024;

    private readonly PayloadBuffer _result = new(int.MaxValue);
    private readonly Lock _lock = new();
    private bool _isHalfClosed;
    private long _count;

    public override void Post(ReadOnlyMemory<byte> data)
    {
        CallStatus? refusal = null;
        lock (_lock)
        {
            if (requests is null || _isHalfClosed)
            {
                refusal = new CallStatus(StatusCode.InvalidArgument, requests is null ? "The method takes one message, which is the params of its request." : "A message came after the half-close.") { Origin = StatusOrigin.Client };
            }
            else
            {
                requests.Write(data.Span);
                requests.Write("\n"u8);
                if (!requests.FlushAsync().IsCompleted)
                {
                    // Full: the pipe takes nothing more until the backend has, and nothing more comes.
                    _isHalfClosed = true;
                    refusal = new CallStatus(StatusCode.ResourceExhausted, $"More than {MaxWaiting} bytes wait for the backend.") { Origin = StatusOrigin.Client };
                }
            }
        }

        if (refusal is not null)
        {
            Cancel(refusal);
        }
    }

    public override void HalfClose()
    {
        lock (_lock)
        {
            if (!_isHalfClosed)
            {
                _isHalfClosed = true;
                requests?.Complete();
            }
        }
    }

    public override async ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        _count++;
        if (Id.IsEmpty)
        {
            return;
        }

        if (!shape.StreamsResponses())
        {
            _result.Write(message.Payload.Span);
            return;
        }

        using var json = new PayloadBuffer(int.MaxValue);
        JsonRpcWriter.WriteStreamMessage(json, Id.Span, _count, message.Payload.Span);
        await Output.WriteAsync(json.WrittenMemory, cancellationToken);
    }

    public override async ValueTask AnswerAsync(CallStatus status, CallRoute route)
    {
        if (Id.IsEmpty)
        {
            return;
        }

        if (!status.IsOk)
        {
            await Output.FailAsync(Id, status.Code == StatusCode.Cancelled ? Reason ?? status : status, route);
            return;
        }

        if (shape.StreamsResponses())
        {
            WriteEnd(status.Trailers);
        }

        using var json = new PayloadBuffer(int.MaxValue);
        JsonRpcWriter.WriteResult(json, Id.Span, _result.WrittenSpan);
        await Output.TellAsync(json);
    }

    public override void Dispose()
    {
        HalfClose();
        _result.Dispose();
        base.Dispose();
    }

    /// <summary>`{"count":2,"trailers":{"x-cost":"3"}}`: what a stream's end says.</summary>
    private void WriteEnd(CallMetadata? trailers)
    {
        using var writer = new Utf8JsonWriter(_result, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.WriteStartObject();
        writer.WriteNumber("count"u8, _count);
        writer.WriteStartObject("trailers"u8);
        for (var i = 0; i < trailers?.Count; i++)
        {
            var name = trailers[i].Key;
            if (!ReferenceEquals(trailers.Find(name), trailers[i].Value))
            {
                // Told with the first of its name.
                continue;
            }

            var value = new StringBuilder(trailers[i].Value);
            for (var j = i + 1; j < trailers.Count; j++)
            {
                if (trailers[j].Key.Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    value.Append(", ").Append(trailers[j].Value);
                }
            }

            writer.WriteString(name, value.ToString());
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
