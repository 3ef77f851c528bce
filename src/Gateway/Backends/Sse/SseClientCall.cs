using System.Buffers;
using System.Net;
using Gateway.Backends.Http;
using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.HttpRules;
using Transcoders.Sse;

namespace Gateway.Backends.Sse;

/// <summary>One event stream, over as many connections as it takes. Source: PROTOCOLS §5 and §10.7, cells 3, 7, 11 and 20.</summary>
internal sealed class SseClientCall : ClientCall
{
    private const int BufferSize = 16 * 1024;

    private static readonly CallStatus Lost =
        new(StatusCode.Unavailable, "upstream stream lost") { HttpStatus = 502, Origin = StatusOrigin.Transport };

    private readonly SseBackend _backend;
    private readonly CallHead _head;
    private readonly Destination _destination;
    private readonly CallLimits _limits;
    private readonly TimeProvider _clock;
    private readonly CancellationToken _cancellationToken;
    private readonly SseReader _events;

    private readonly RestMethod? _method;

    private SseRequest? _request;
    private SseReconnect? _reconnect;
    private Task<HttpResponseMessage>? _sending;
    private HttpResponseMessage? _response;
    private Stream? _stream;
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private PayloadBuffer? _wrapped;
    private PayloadBuffer? _plain;
    private Message? _plainAnswer;
    private CallStatus? _status;

    public SseClientCall(SseBackend backend, CallHead head, Destination destination, CallLimits limits, TimeProvider clock, CancellationToken cancellationToken)
    {
        _backend = backend;
        _head = head;
        _destination = destination;
        _limits = limits;
        _clock = clock;
        _cancellationToken = cancellationToken;
        _method = backend.Methods?.Find(head.Method);
        _events = new SseReader(limits.MessageSize);
    }

    public override PayloadFormat Format => _backend.HasSchema ? PayloadFormat.Protobuf : PayloadFormat.Text;

    public override CallStatus Status => _status ?? throw new InvalidOperationException("The call has not ended.");

    /// <summary>Without a schema a body passes as it is.</summary>
    public override PayloadFormat FormatFor(PayloadFormat offered) => _backend.HasSchema ? PayloadFormat.Protobuf : offered;

    public override ValueTask WriteAsync(Message message, bool last, CancellationToken cancellationToken)
    {
        if (_request is not null)
        {
            throw new CallException(new CallStatus(StatusCode.InvalidArgument, "An event stream takes one message and no more.") { Origin = StatusOrigin.Client });
        }

        Send(_method is null
            ? SseRequest.Opaque(_head, _destination, _backend.Cluster, message)
            : SseRequest.Woven(_head, _destination, _backend.Cluster, _method, message, _limits));
        return default;
    }

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => default;

    public override ValueTask HalfCloseAsync(CancellationToken cancellationToken)
    {
        if (_request is null && !_backend.HasSchema)
        {
            Send(SseRequest.Opaque(_head, _destination, _backend.Cluster, default));
        }

        return default;
    }

    public override async ValueTask<ResponseHead> ReadHeadAsync(CancellationToken cancellationToken)
    {
        if (_sending is null)
        {
            throw new InvalidOperationException("The request comes before the answer's head.");
        }

        try
        {
            _response = await _sending;
        }
        catch (Exception e) when (!_cancellationToken.IsCancellationRequested)
        {
            _status = HttpFailure.ToStatus(e, started: false);
            return ResponseHead.Empty;
        }

        if (IsEventStream(_response))
        {
            _stream = await _response.Content.ReadAsStreamAsync(cancellationToken);
            return Head(_response, contentType: null);
        }

        return _response.StatusCode == HttpStatusCode.OK && _head.ExpectsOneAnswer && !_backend.HasSchema
            ? await ReadPlainAsync(_response, cancellationToken)
            : await RefuseAsync(_response, cancellationToken);
    }

    public override ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_plainAnswer is { } plain)
        {
            _plainAnswer = null;
            _status = CallStatus.Ok;
            return new(plain);
        }

        return _status is not null ? new((Message?)null)
            : TryRead(out var message) ? new(message)
            : ReadMoreAsync(cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        await LeaveAsync();
        _response?.Dispose();
        if (_response is null && _sending is not null)
        {
            _ = _sending.ContinueWith(
                static sent => { if (sent.IsCompletedSuccessfully) { sent.Result.Dispose(); } else { _ = sent.Exception; } },
                CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }

        _plain?.Dispose();
        _wrapped?.Dispose();
        _events.Dispose();
    }

    /// <summary>
    /// Lets the server know at once that nobody listens any more. A body that is disposed unread is drained for a while over HTTP/1.1,
    /// in the hope of using the connection again; one whose read is cancelled is not.
    /// </summary>
    private async ValueTask LeaveAsync()
    {
        if (_stream is null || _status is not null || _buffer.Length == 0)
        {
            return;
        }

        using var source = new CancellationTokenSource();
        var read = _stream.ReadAsync(_buffer, source.Token);
        await source.CancelAsync();
        try
        {
            await read;
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException or ObjectDisposedException)
        {
            // As it should be.
        }
    }

    private void Send(SseRequest request)
    {
        _request = request;
        _reconnect = new SseReconnect(_backend, _head, request);
        _sending = _destination.Invoker!.SendAsync(request.Make(request.Cursor ?? "", _clock), _cancellationToken);
    }

    private static bool IsEventStream(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.OK
        && string.Equals(response.Content.Headers.ContentType?.MediaType, SseTraits.ContentType, StringComparison.OrdinalIgnoreCase);

    private static ResponseHead Head(HttpResponseMessage response, string? contentType) =>
        new() { Metadata = HttpAnswerHead.Metadata(response), ContentType = contentType, HttpStatus = contentType is null ? 0 : (int)response.StatusCode };

    /// <summary>The next message among the bytes at hand; false when more are needed, or when <see cref="_status"/> is set.</summary>
    private bool TryRead(out Message message)
    {
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_start, _end - _start);
        while (_status is null && _events.TryRead(ref bytes, out var read))
        {
            _start = _end - bytes.Length;
            switch (_backend.Rules.Judge(read))
            {
                case SseMeaning.End:
                    _status = SseRules.Success(read.Data.Span);
                    break;
                case SseMeaning.Failure:
                    _status = SseFailure.Read(read.Data.Span, _backend.Http.Errors);
                    break;
                case SseMeaning.Message when _reconnect!.IsNew(read.HasOwnId ? read.Id : null):
                    message = MessageOf(read.Data) with { Id = read.Id, Event = read.Name };
                    return true;
                default:
                    break;
            }
        }

        _start = _end - bytes.Length;
        message = default;
        return false;
    }

    /// <summary>The data as the schema's message: as it is, or as the one field that the rule says an answer holds.</summary>
    private Message MessageOf(ReadOnlyMemory<byte> data)
    {
        if (_method is null)
        {
            return new Message(data, PayloadFormat.Text);
        }

        if (_method is { AnswersHttpBody: false, WrapsAnswers: false })
        {
            return new Message(data, PayloadFormat.Json);
        }

        _wrapped ??= new PayloadBuffer(_limits.MessageSize);
        _wrapped.Clear();
        if (_method.AnswersHttpBody)
        {
            _method.WriteHttpBody("text/plain; charset=utf-8", data.Span, _wrapped);
            return new Message(_wrapped.WrittenMemory, PayloadFormat.Protobuf);
        }

        _method.WrapAnswer(data.Span, _wrapped);
        return new Message(_wrapped.WrittenMemory, PayloadFormat.Json);
    }

    private async ValueTask<Message?> ReadMoreAsync(CancellationToken cancellationToken)
    {
        if (_buffer.Length == 0)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        }

        while (_status is null)
        {
            var isLost = false;
            try
            {
                _start = 0;
                _end = await _stream!.ReadAsync(_buffer, cancellationToken);
            }
            catch (Exception e) when (e is HttpRequestException or IOException && !_cancellationToken.IsCancellationRequested)
            {
                (_end, isLost) = (0, true);
            }

            if (_end == 0)
            {
                await EndOrResumeAsync(isLost, cancellationToken);
            }
            else if (TryRead(out var message))
            {
                return message;
            }
        }

        return null;
    }

    /// <summary>The stream has stopped without a word: it is resumed where that is wanted and possible, else it has ended.</summary>
    private async ValueTask EndOrResumeAsync(bool isLost, CancellationToken cancellationToken)
    {
        var outcome = isLost ? Lost : _backend.Rules.EndsUnannounced ? CallStatus.Ok : SseRules.Unannounced;
        while (_reconnect!.MayResume(_events.LastEventId))
        {
            _response!.Dispose();
            await Task.Delay(_reconnect.NextDelay(_events.Retry), _clock, cancellationToken);
            try
            {
                _sending = _destination.Invoker!.SendAsync(_request!.Make(_events.LastEventId, _clock), cancellationToken);
                _response = await _sending;
            }
            catch (Exception e) when (!_cancellationToken.IsCancellationRequested)
            {
                outcome = HttpFailure.ToStatus(e, started: false);
                continue;
            }

            if (IsEventStream(_response))
            {
                _events.Reset();
                _stream = await _response.Content.ReadAsStreamAsync(cancellationToken);
                return;
            }

            await RefuseAsync(_response, cancellationToken);
            if (_response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout))
            {
                return;
            }

            (outcome, _status) = (_status!, null);
        }

        _status = outcome;
    }

    /// <summary>Sets the status of an answer that is no event stream.</summary>
    private async ValueTask<ResponseHead> RefuseAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var http = (int)response.StatusCode;
        if (response.StatusCode == HttpStatusCode.NoContent)
        {
            // How a server says that a stream is over. Source: WHATWG HTML §9.2.3.
            _status = CallStatus.Ok;
            return Head(response, contentType: null);
        }

        if (http is >= 200 and < 300)
        {
            var type = response.Content.Headers.ContentType?.MediaType ?? "no media type";
            _status = new CallStatus(StatusCode.Internal, $"The backend answered with {type}, which is not an event stream.") { HttpStatus = 502, Origin = StatusOrigin.Backend };
            return ResponseHead.Empty;
        }

        _status = await HttpAnswerHead.ReadFailureAsync(response, _backend.Http, cancellationToken);
        return ResponseHead.Empty;
    }

    /// <summary>An answer for a client that waits for one may be any document: it passes as it is.</summary>
    private async ValueTask<ResponseHead> ReadPlainAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        _plain = new PayloadBuffer(_limits.MessageSize);
        try
        {
            using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            for (int count; (count = await stream.ReadAsync(_plain.GetMemory(BufferSize), cancellationToken)) != 0;)
            {
                _plain.Advance(count);
                _plain.ThrowIfOverLimit();
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException && !_cancellationToken.IsCancellationRequested)
        {
            _status = Lost;
            return ResponseHead.Empty;
        }

        var type = response.Content.Headers.ContentType?.ToString() ?? "application/octet-stream";
        var format = JsonMediaTypes.IsJson(type) ? PayloadFormat.Json
            : type.StartsWith("text/", StringComparison.OrdinalIgnoreCase) ? PayloadFormat.Text
            : PayloadFormat.Binary;
        _plainAnswer = new Message(_plain.WrittenMemory, format);
        return Head(response, type);
    }
}
