using System.Security.Cryptography;
using Transcoders.Calls;

namespace Gateway.Backends;

/// <summary>One call to a server, and everybody who listens to it. It ends with the server's answer, or when the last listener has left.</summary>
internal sealed class SharedStream
{
    private const string Base32 = "abcdefghijklmnopqrstuvwxyz234567";
    private static readonly CallStatus Broken = new(StatusCode.Internal, "The gateway failed to carry this call.");

    private readonly SharedBackend _backend;
    private readonly string _key;
    private readonly CallHead _head;
    private readonly Destination _destination;
    private readonly string _name = RandomNumberGenerator.GetString(Base32, 8);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<ResponseHead> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Subscription> _subscriptions = [];
    private readonly Lock _lock = new();
    private ITimer? _linger;
    private bool _ended;
    private long _sequence;

    public SharedStream(SharedBackend backend, string key, CallHead head, Destination destination)
    {
        _backend = backend;
        _key = key;
        _head = new CallHead
        {
            // Without the deadline: it is one listener's, not the call's.
            Method = head.Method,
            Shape = head.Shape,
            Verb = head.Verb,
            Target = head.Target,
            ContentType = head.ContentType,
            Metadata = head.Metadata,
            Peer = head.Peer,
            PeerPort = head.PeerPort,
            Scheme = head.Scheme,
            Authority = head.Authority,
            MessageSize = head.MessageSize,
        };
        _destination = destination;
    }

    /// <summary>How the answer opens.</summary>
    public Task<ResponseHead> Head => _opened.Task;

    /// <summary>Adds a listener; false when the call has ended, or is about to.</summary>
    public bool TryAdd(Subscription subscription)
    {
        lock (_lock)
        {
            if (_ended)
            {
                return false;
            }

            StopLinger();
            subscription.Stream = this;
            _subscriptions.Add(subscription);
            return true;
        }
    }

    /// <summary>Opens the call and reads it for everybody, until it ends.</summary>
    public void Start(Message? request)
    {
        // A copy: the message is on loan.
        var copy = request is { } message ? message with { Payload = message.Payload.ToArray() } : (Message?)null;

        // No listener's trace, nor anything else of its context, belongs to what all share.
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(() => RunAsync(copy));
        }
    }

    /// <summary>Takes a listener out. The last one ends the call, at once or after the linger.</summary>
    public void Leave(Subscription subscription)
    {
        lock (_lock)
        {
            if (!_subscriptions.Remove(subscription) || _subscriptions.Count > 0 || _ended)
            {
                return;
            }

            if (_backend.TryLinger())
            {
                _linger = _backend.Clock.CreateTimer(static stream => ((SharedStream)stream!).StopIfAlone(), this, _backend.Settings.Linger, Timeout.InfiniteTimeSpan);
                return;
            }

            _ended = true;
        }

        Stop();
    }

    private void StopIfAlone()
    {
        lock (_lock)
        {
            if (_ended || _linger is null || _subscriptions.Count > 0)
            {
                return;
            }

            StopLinger();
            _ended = true;
        }

        Stop();
    }

    private void StopLinger()
    {
        if (_linger is not null)
        {
            _linger.Dispose();
            _linger = null;
            _backend.EndLinger();
        }
    }

    private void Stop()
    {
        _backend.Remove(_key, this);
        _stop.Cancel();
    }

    private async Task RunAsync(Message? request)
    {
        var status = Broken;
        try
        {
            await using var call = _backend.Inner.Open(_head, _destination, _stop.Token);
            status = await RunAsync(call, request);
        }
        catch (CallException e)
        {
            status = e.Status;
        }
        catch (OperationCanceledException)
        {
            // Nobody is left to hear it.
        }
        finally
        {
            _backend.Remove(_key, this);
            _opened.TrySetResult(ResponseHead.Empty);
            End(status);
        }
    }

    private async Task<CallStatus> RunAsync(ClientCall call, Message? request)
    {
        var token = _stop.Token;
        try
        {
            if (request is { } message)
            {
                await call.WriteAsync(message, last: true, token);
            }
            else
            {
                await call.HalfCloseAsync(token);
            }
        }
        catch (IOException)
        {
            // The server stopped listening; its answer says why.
        }

        _opened.TrySetResult(await call.ReadHeadAsync(token));
        while (await call.ReadAsync(token) is { } answer)
        {
            Publish(answer);
        }

        return call.Status;
    }

    private void Publish(in Message answer)
    {
        // One copy for all, numbered alike for all: a client that comes back may name the last it saw.
        var copy = answer with { Payload = answer.Payload.ToArray(), Id = answer.Id ?? $"{_name}.{++_sequence}" };
        lock (_lock)
        {
            for (var i = _subscriptions.Count - 1; i >= 0; i--)
            {
                if (!_subscriptions[i].Post(copy))
                {
                    // Its call has failed; the others go on.
                    _subscriptions.RemoveAt(i);
                }
            }

            if (_subscriptions.Count > 0 || _linger is not null || _ended)
            {
                return;
            }

            _ended = true;
        }

        Stop();
    }

    private void End(CallStatus status)
    {
        lock (_lock)
        {
            _ended = true;
            StopLinger();
            foreach (var subscription in _subscriptions)
            {
                subscription.End(status);
            }

            _subscriptions.Clear();
        }
    }
}
