using System.Net;
using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.HttpRules;

namespace Gateway.Backends.Http;

/// <summary>One HTTP request as a call: made of the first message, and answered by one message or many.</summary>
internal sealed class HttpClientCall : ClientCall
{
    private readonly CallHead _head;
    private readonly Destination _destination;
    private readonly RestMethod? _method;
    private RequestUnweaver? _way;
    private readonly HttpCallOptions _options;
    private readonly CancellationToken _cancellationToken;
    private readonly PayloadBuffer _body;

    /// <summary>Set when requests stream: the answer is then awaited beside them, and the request leaves with the first.</summary>
    private readonly TaskCompletionSource<Task<HttpResponseMessage>>? _sent;

    private Task<HttpResponseMessage>? _sending;
    private StreamedRequest? _upload;
    private HttpResponseMessage? _response;
    private AnswerReader? _answer;
    private CallStatus? _status;

    /// <param name="head">How the call opens.</param>
    /// <param name="destination">The server.</param>
    /// <param name="method">The method; null when payloads are opaque.</param>
    /// <param name="options">What the calls of the cluster share.</param>
    /// <param name="cancellationToken">Fires when the call is over.</param>
    public HttpClientCall(CallHead head, Destination destination, RestMethod? method, HttpCallOptions options, CancellationToken cancellationToken)
    {
        _head = head;
        _destination = destination;
        _method = method;
        _options = options;
        _cancellationToken = cancellationToken;
        _body = new PayloadBuffer(options.Limits.MessageSize);
        _sent = head.Shape.StreamsRequests() ? new(TaskCreationOptions.RunContinuationsAsynchronously) : null;
    }

    public override PayloadFormat Format => _method is null ? PayloadFormat.Json : PayloadFormat.Protobuf;

    public override CallStatus Status => _status ?? throw new InvalidOperationException("The call has not ended.");

    public override PayloadFormat FormatFor(PayloadFormat offered) => _method is null ? offered : PayloadFormat.Protobuf;

    public override ValueTask WriteAsync(Message message, bool last, CancellationToken cancellationToken)
    {
        if (_sent is not null)
        {
            return UploadAsync(message.Payload, last, cancellationToken);
        }

        if (_method is null)
        {
            SendOpaque(message);
        }
        else
        {
            var way = _method.Unweave(message.Payload, _body, out var request);
            Send(way.Verb, request.Target, request.HasBody ? new ReadOnlyMemoryContent(_body.WrittenMemory) : null, request.ContentType);
        }

        return default;
    }

    public override ValueTask FlushAsync(CancellationToken cancellationToken) =>
        _upload is { Unflushed: > 0 } ? _upload.FlushAsync(cancellationToken) : default;

    public override ValueTask HalfCloseAsync(CancellationToken cancellationToken)
    {
        if (_upload is null)
        {
            // No message ever came: path and query are those of an empty one.
            StartUpload(default);
        }

        return _upload!.HalfCloseAsync(cancellationToken);
    }

    public override async ValueTask<ResponseHead> ReadHeadAsync(CancellationToken cancellationToken)
    {
        try
        {
            _response = await (_sending ?? await _sent!.Task.WaitAsync(cancellationToken));
            if (!_response.IsSuccessStatusCode && _response.StatusCode != HttpStatusCode.NotModified)
            {
                _status = await HttpAnswerHead.ReadFailureAsync(_response, _options, cancellationToken);
                return ResponseHead.Empty;
            }

            var body = await _response.Content.ReadAsStreamAsync(cancellationToken);
            (_answer, _status) = AnswerReaders.Choose(_response, body, _head, _method, _options);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !_cancellationToken.IsCancellationRequested))
        {
            _status = HttpFailure.ToStatus(e, started: false);
            return ResponseHead.Empty;
        }

        return new ResponseHead
        {
            Metadata = HttpAnswerHead.Metadata(_response),
            ContentType = _method is null ? HttpAnswerHead.Find(_response.Content.Headers, "Content-Type") : null,
            HttpStatus = _method is null ? (int)_response.StatusCode : 0,
        };
    }

    public override async ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_status is not null)
        {
            return null;
        }

        try
        {
            if (await _answer!.ReadAsync(cancellationToken) is { } message)
            {
                return message;
            }

            _status = _answer.End ?? HttpAnswerHead.Success(_response!);
        }
        catch (CallException e)
        {
            _status = HttpFailure.OfAnswer(e.Status);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            _status = HttpFailure.ToStatus(e, started: true);
        }

        return null;
    }

    public override ValueTask DisposeAsync()
    {
        // An unread body closes the connection or resets the stream, which is how HTTP cancels.
        _response?.Dispose();
        _upload?.Close();
        if (_response is null)
        {
            _sending?.ContinueWith(
                static sent => { if (sent.IsCompletedSuccessfully) { sent.Result.Dispose(); } else { _ = sent.Exception; } },
                CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        _answer?.Dispose();

        // The body may still be on its way out when the call ended early: only a call that ended in order gives it back.
        if (_status is { Origin: StatusOrigin.Backend } or { IsOk: true })
        {
            _body.Dispose();
        }

        return default;
    }

    /// <summary>The client's own request. Where its protocol has no other verb than GET, as a WebSocket, a message makes it a POST.</summary>
    private void SendOpaque(in Message message)
    {
        var verb = _head.Verb == "CONNECT" ? "GET" : _head.Verb;
        var mayLackBody = verb is "GET" or "HEAD" or "DELETE";
        if (message.Payload.IsEmpty && mayLackBody)
        {
            Send(verb, _head.Target, null, null);
            return;
        }

        _body.Write(message.Payload.Span);
        Send(verb is "GET" or "HEAD" ? "POST" : verb, _head.Target, new ReadOnlyMemoryContent(_body.WrittenMemory), _head.ContentType ?? JsonBytes.ContentType(message, _options.Limits.Depth));
    }

    /// <summary>Sends the request that the first message of a stream makes, its body open.</summary>
    private void StartUpload(ReadOnlyMemory<byte> first)
    {
        _body.Clear();
        _way = _method!.Unweave(first, _body, out var request);
        _upload = new StreamedRequest(_cancellationToken);
        Send(_way.Verb, request.Target, _upload, _way.BodyIsHttpBody ? request.ContentType : "application/x-ndjson");
        _upload.SentBy(_sending!);
        _sent!.SetResult(_sending!);
    }

    private async ValueTask UploadAsync(ReadOnlyMemory<byte> message, bool last, CancellationToken cancellationToken)
    {
        if (_upload is null)
        {
            StartUpload(message);
        }
        else if (_way!.HasNoBody)
        {
            throw new CallException(new CallStatus(StatusCode.InvalidArgument, $"'{_method!.Binding}' has no body, so that only one message can be sent.") { Origin = StatusOrigin.Client });
        }
        else
        {
            _body.Clear();
            _way.UnweaveBody(message, _body);
        }

        if (!_way!.HasNoBody)
        {
            _body.Write(_way.BodyIsHttpBody ? default : "\n"u8);
            await _upload!.WriteAsync(_body.WrittenMemory, cancellationToken);
        }

        if (last)
        {
            await _upload!.HalfCloseAsync(cancellationToken);
        }
        else if (_upload!.Unflushed >= _options.Limits.UnflushedBytes)
        {
            await _upload.FlushAsync(cancellationToken);
        }
    }

    private void Send(string verb, string target, HttpContent? content, string? contentType)
    {
        var request = HttpRequests.Make(_head, _destination, verb, target, content, contentType);
        request.Headers.TryAddWithoutValidation("Accept", AcceptHeaders.Of(_method, _head.Shape));
        if (_head.Cursor is { } cursor)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", cursor);
        }

        if (_head.Shape == CallShape.Duplex)
        {
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        }

        if (_options.Settings.TimeoutHeader)
        {
            HttpRequests.AddTimeout(request, _head.Deadline, _options.Clock);
        }

        _sending = _destination.Invoker!.SendAsync(request, _cancellationToken);
    }
}
