using System.Buffers;
using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.Planning;

namespace Gateway.Edges;

/// <summary>The request messages of a route without schema: JSON values, lines of text, bytes as they come, or the whole body as one.</summary>
internal sealed class OpaqueRequestMessages : IDisposable
{
    private readonly HttpContext _context;
    private readonly CallLimits _limits;
    private readonly bool _raw;
    private readonly bool _json;
    private readonly bool _whole;
    private readonly bool _needsOne;
    private readonly PayloadBuffer _message;
    private JsonValueReader _values;
    private ReadOnlySequence<byte> _body;
    private bool _borrowed;
    private bool _completed;
    private bool _wholeRead;

    /// <param name="context">The request.</param>
    /// <param name="limits">The call's bounds.</param>
    /// <param name="plan">What the backend takes: bytes as they come, the whole body, values when the body is JSON, else lines.</param>
    /// <param name="raw">True to take bytes as they come whatever the backend takes.</param>
    public OpaqueRequestMessages(HttpContext context, CallLimits limits, CallPlan plan, bool raw = false)
    {
        _context = context;
        _limits = limits;
        _needsOne = !plan.Shape.StreamsRequests();
        var isOneBody = plan.Edge.ArrivesAsHttp && plan.Backend.TakesBodyAsOneMessage;
        _raw = !_needsOne && (raw || plan.Backend.Formats[0] == PayloadFormat.Binary) && !isOneBody;
        _json = JsonMediaTypes.IsJson(context.Request.ContentType);
        _whole = _needsOne || (isOneBody && !JsonMediaTypes.IsSequence(context.Request.ContentType));
        _message = new PayloadBuffer(limits.MessageSize);
        _values = new JsonValueReader(limits.MessageSize, limits.Depth);
    }

    public ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!_whole)
        {
            return ReadNextAsync(cancellationToken);
        }

        if (_wholeRead)
        {
            return new((Message?)null);
        }

        _wholeRead = true;
        return ReadWholeAsync(cancellationToken);
    }

    private async ValueTask<Message?> ReadWholeAsync(CancellationToken cancellationToken)
    {
        if (UrlRequestMessages.HasBody(_context))
        {
            await BodyReader.ReadAsync(_context, _message, _limits.MessageSize, cancellationToken);
        }

        if (_message.Length == 0 && !_needsOne)
        {
            return null;
        }

        var format = _json ? PayloadFormat.Json
            : _context.Request.ContentType?.StartsWith("text/", StringComparison.OrdinalIgnoreCase) ?? false ? PayloadFormat.Text
            : PayloadFormat.Binary;
        return new Message(_message.WrittenMemory, format);
    }

    private async ValueTask<Message?> ReadNextAsync(CancellationToken cancellationToken)
    {
        var reader = _context.Request.BodyReader;
        while (true)
        {
            if (_borrowed)
            {
                if (TryCut(out var message))
                {
                    return message;
                }

                _borrowed = false;
                reader.AdvanceTo(_body.Start, _body.End);
                if (_completed)
                {
                    return null;
                }
            }
            else if (_completed)
            {
                return null;
            }

            var result = await BodyReader.ReadAsync(reader, cancellationToken);
            _body = result.Buffer;
            _borrowed = true;
            _completed = result.IsCompleted;
        }
    }

    public void Dispose()
    {
        if (_borrowed)
        {
            _borrowed = false;
            _context.Request.BodyReader.AdvanceTo(_body.Start, _body.End);
        }

        _message.Dispose();
    }

    private bool TryCut(out Message message)
    {
        message = default;
        if (_body.IsEmpty)
        {
            return false;
        }

        if (_raw)
        {
            // One segment at a time: chunks carry no meaning, so none is joined.
            var chunk = _body.First;
            _body = _body.Slice(chunk.Length);
            message = new Message(chunk, PayloadFormat.Binary);
            return true;
        }

        if (_json)
        {
            if (!_values.TryRead(ref _body, _completed, out var value))
            {
                return false;
            }

            message = new Message(Join(value), PayloadFormat.Json);
            return true;
        }

        return TryCutLine(out message);
    }

    private bool TryCutLine(out Message message)
    {
        message = default;
        var end = _body.PositionOf((byte)'\n');
        if (end is null && !_completed)
        {
            ThrowIfTooLong(_body.Length);
            return false;
        }

        var line = end is { } at ? _body.Slice(0, at) : _body;
        ThrowIfTooLong(line.Length);
        _body = end is { } lineEnd ? _body.Slice(_body.GetPosition(1, lineEnd)) : _body.Slice(_body.End);
        var text = Join(line);
        message = new Message(text.Length > 0 && text.Span[^1] == '\r' ? text[..^1] : text, PayloadFormat.Text);
        return true;
    }

    private ReadOnlyMemory<byte> Join(in ReadOnlySequence<byte> sequence)
    {
        if (sequence.IsSingleSegment)
        {
            return sequence.First;
        }

        _message.Clear();
        foreach (var segment in sequence)
        {
            _message.Write(segment.Span);
        }

        return _message.WrittenMemory;
    }

    private void ThrowIfTooLong(long length)
    {
        if (length > _limits.MessageSize)
        {
            throw new CallException(new CallStatus(StatusCode.ResourceExhausted, $"A line is longer than the limit of {_limits.MessageSize} bytes.") { HttpStatus = 413, Origin = StatusOrigin.Client });
        }
    }
}
