using System.Threading.Channels;
using Google.Protobuf;
using Transcoders.Calls;

namespace Gateway.Own;

/// <summary>What a method of ours does with a call: reads requests until the client half-closes, and gives one answer after the other.</summary>
/// <remarks>It throws <see cref="CallException"/> to end the call with another status than OK.</remarks>
internal delegate IAsyncEnumerable<byte[]> OwnMethod(ChannelReader<byte[]> requests, CancellationToken cancellationToken);

/// <summary>A call to one of the gateway's own services: the same half as towards a server, with the method at its other end.</summary>
internal sealed class OwnCall : ClientCall
{
    /// <summary>One request waits while the one before it is answered: who asks faster gets no credit.</summary>
    private const int MaxWaiting = 1;

    private readonly Channel<byte[]> _requests = Channel.CreateBounded<byte[]>(MaxWaiting);
    private readonly CancellationTokenSource _stop;
    private readonly IAsyncEnumerator<byte[]> _answers;
    private Task<bool>? _moving;
    private CallStatus _status = CallStatus.Ok;

    public OwnCall(OwnMethod method, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _answers = method(_requests.Reader, _stop.Token).GetAsyncEnumerator(_stop.Token);
    }

    public override PayloadFormat Format => PayloadFormat.Protobuf;

    public override CallStatus Status => _status;

    public override async ValueTask WriteAsync(Message message, bool last, CancellationToken cancellationToken)
    {
        try
        {
            await _requests.Writer.WriteAsync(message.Payload.ToArray(), cancellationToken);
        }
        catch (ChannelClosedException e)
        {
            throw new IOException("The call has ended.", e);
        }

        if (last)
        {
            _requests.Writer.TryComplete();
        }
    }

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => default;

    public override ValueTask HalfCloseAsync(CancellationToken cancellationToken)
    {
        _requests.Writer.TryComplete();
        return default;
    }

    public override ValueTask<ResponseHead> ReadHeadAsync(CancellationToken cancellationToken) => new(ResponseHead.Empty);

    public override async ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            _moving = _answers.MoveNextAsync().AsTask();
            if (await _moving)
            {
                return new Message(_answers.Current, PayloadFormat.Protobuf);
            }
        }
        catch (CallException e)
        {
            _status = e.Status;
        }
        catch (InvalidProtocolBufferException e)
        {
            _status = new CallStatus(StatusCode.InvalidArgument, $"The request is no message of this method: {e.Message}") { Origin = StatusOrigin.Client };
        }

        // A client that goes on sending is not waited for.
        _requests.Writer.TryComplete();
        return null;
    }

    public override async ValueTask DisposeAsync()
    {
        _requests.Writer.TryComplete();

        // A read may have been left behind by a client that could not be written to; an iterator is not disposed while it moves.
        await _stop.CancelAsync();
        if (_moving is { IsCompleted: false } moving)
        {
            await ((Task)moving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _answers.DisposeAsync();
        _stop.Dispose();
    }
}
