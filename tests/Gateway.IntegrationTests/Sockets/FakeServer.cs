using System.Threading.Channels;
using Gateway.Backends;
using Transcoders.Calls;

namespace Gateway.IntegrationTests.Sockets;

/// <summary>A server behind the gateway that a test speaks for itself: it stands in for the protocol of a cluster without schema.</summary>
internal sealed class FakeServer(string protocol, ProtocolTraits traits) : IBackend
{
    private readonly Channel<FakeCall> _opened = Channel.CreateUnbounded<FakeCall>();

    /// <summary>Like an HTTP server: one request, whose answer may stream.</summary>
    public static readonly ProtocolTraits HttpLike = new()
    {
        Name = "http",
        Article = "an HTTP backend",
        StreamsRequests = true,
        StreamsResponses = true,
        Formats = [PayloadFormat.Json, PayloadFormat.Text, PayloadFormat.Binary],
        NeedsSchema = false,
        TakesBodyAsOneMessage = true,
        AnswersWithHead = true,
    };

    /// <summary>Like a server of events.</summary>
    public static readonly ProtocolTraits SseLike = new()
    {
        Name = "sse",
        Article = "an SSE backend",
        StreamsRequests = false,
        StreamsResponses = true,
        Formats = [PayloadFormat.Text],
        NeedsSchema = false,
        OpaqueShape = CallShape.ServerStreaming,
        IsSubscription = true,
    };

    public string Protocol => protocol;

    public BackendRegistration Registration => new()
    {
        Name = protocol,
        Forwards = (_, _, edge) => edge == "http",
        Traits = _ => traits,
        Create = (_, _, _) => this,
    };

    public ClientCall Open(CallHead head, Destination destination, CancellationToken cancellationToken)
    {
        var call = new FakeCall(head, cancellationToken);
        _opened.Writer.TryWrite(call);
        return call;
    }

    /// <summary>The next call that reached it.</summary>
    public ValueTask<FakeCall> NextAsync() => _opened.Reader.ReadAsync(Hosting.Wait.Token());

    /// <summary>True when no call waits to be looked at.</summary>
    public bool IsQuiet => _opened.Reader.Count == 0;
}

/// <summary>One call as the fake server sees it. The test answers it.</summary>
internal sealed class FakeCall : ClientCall
{
    private readonly Channel<Message> _requests = Channel.CreateUnbounded<Message>();
    private readonly Channel<Message> _answers = Channel.CreateUnbounded<Message>();
    private readonly TaskCompletionSource<ResponseHead> _head = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CallStatus _status = new(StatusCode.Unknown, "The call goes on.");

    public FakeCall(CallHead head, CancellationToken cancellationToken)
    {
        Head = head;
        cancellationToken.Register(() => _gone.TrySetResult());
    }

    public CallHead Head { get; }

    /// <summary>Completes when the gateway gave the call up.</summary>
    public Task Cancelled => _gone.Task;

    public override PayloadFormat Format => PayloadFormat.Text;

    public override CallStatus Status => _status;

    public override PayloadFormat FormatFor(PayloadFormat offered) => offered;

    /// <summary>What the client sent next; null when it has half-closed.</summary>
    public async Task<Message?> RequestAsync() =>
        await _requests.Reader.WaitToReadAsync(Hosting.Wait.Token()) && _requests.Reader.TryRead(out var message) ? message : null;

    /// <summary>What the client sent next, as text.</summary>
    public async Task<string?> TextAsync() => await RequestAsync() is { } message ? System.Text.Encoding.UTF8.GetString(message.Payload.Span) : null;

    public FakeCall OpenAnswer(ResponseHead? head = null)
    {
        _head.TrySetResult(head ?? ResponseHead.Empty);
        return this;
    }

    public FakeCall Answer(string text, PayloadFormat format = PayloadFormat.Json, string? id = null, string? name = null)
    {
        OpenAnswer();
        _answers.Writer.TryWrite(new Message(System.Text.Encoding.UTF8.GetBytes(text), format) { Id = id, Event = name });
        return this;
    }

    public void End(CallStatus? status = null)
    {
        _status = status ?? CallStatus.Ok;
        if (_status.IsOk)
        {
            OpenAnswer();
        }
        else
        {
            _head.TrySetException(new CallException(_status));
        }

        _answers.Writer.TryComplete();
    }

    public override ValueTask WriteAsync(Message message, bool last, CancellationToken cancellationToken)
    {
        _requests.Writer.TryWrite(message with { Payload = message.Payload.ToArray() });
        if (last)
        {
            _requests.Writer.TryComplete();
        }

        return default;
    }

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => default;

    public override ValueTask HalfCloseAsync(CancellationToken cancellationToken)
    {
        _requests.Writer.TryComplete();
        return default;
    }

    public override async ValueTask<ResponseHead> ReadHeadAsync(CancellationToken cancellationToken) => await _head.Task.WaitAsync(cancellationToken);

    public override async ValueTask<Message?> ReadAsync(CancellationToken cancellationToken) =>
        await _answers.Reader.WaitToReadAsync(cancellationToken) && _answers.Reader.TryRead(out var message) ? message : null;

    public override ValueTask DisposeAsync()
    {
        _gone.TrySetResult();
        return default;
    }
}
