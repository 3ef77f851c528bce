using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using Transcoders.Calls;

namespace Gateway.Backends;

/// <summary>One call to a server, and everybody who listens to it. It ends with the server's answer, or when the last listener has left.</summary>
internal sealed class SharedStream
{
    private const string Base32 = "abcdefghijklmnopqrstuvwxyz234567";
    private const int NameLength = 8;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create(Base32);
    private static readonly CallStatus Broken = new(StatusCode.Internal, "The gateway failed to carry this call.");

    private readonly SharedBackend _backend;
    private readonly CallHead _head;
    private readonly Destination _destination;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<ResponseHead> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Subscription> _subscriptions = [];
    private readonly Lock _lock = new();

    /// <summary>The last messages, for clients that come back: the last of them has the number <see cref="_sequence"/>.</summary>
    private readonly Queue<Message> _held = new();

    private ITimer? _linger;
    private bool _ended;
    private long _sequence;
    private long _heldBytes;

    public SharedStream(SharedBackend backend, string key, CallHead head, Destination destination)
    {
        _backend = backend;
        Key = key;

        // Without the deadline: it is one listener's, not the call's.
        _head = head with { Deadline = default };
        _destination = destination;
    }

    /// <summary>What all who share agree in, but for the destination.</summary>
    public string Key { get; }

    public string DestinationId => _destination.Id;

    /// <summary>What the ids of messages begin with to which the server gives none.</summary>
    public string Name { get; } = RandomNumberGenerator.GetString(Base32, NameLength);

    /// <summary>How the answer opens.</summary>
    public Task<ResponseHead> Head => _opened.Task;

    /// <summary>Takes an id apart that a shared stream gave, `name.7`; false for one that a server gave.</summary>
    public static bool TryParse(string id, out string name, out long sequence)
    {
        sequence = 0;
        var isOwn = id.Length > NameLength + 1 && id[NameLength] == '.' && !id.AsSpan(0, NameLength).ContainsAnyExcept(NameCharacters)
            && long.TryParse(id.AsSpan(NameLength + 1), NumberStyles.None, CultureInfo.InvariantCulture, out sequence);
        name = isOwn ? id[..NameLength] : "";
        return isOwn;
    }

    /// <summary>Adds a listener; false when the call has ended, or is about to.</summary>
    public bool TryAdd(Subscription subscription)
    {
        lock (_lock)
        {
            return AddAfter(subscription, _sequence);
        }
    }

    /// <summary>Adds a listener that has had the message of that number; false when what follows it is not held, or the call has ended.</summary>
    public bool TryResume(Subscription subscription, long sequence)
    {
        lock (_lock)
        {
            return AddAfter(subscription, sequence);
        }
    }

    /// <summary>Adds a listener that has had the message of that id of the server; false when it is not held, or the call has ended.</summary>
    public bool TryResume(Subscription subscription, string id)
    {
        lock (_lock)
        {
            var sequence = _sequence - _held.Count;
            foreach (var message in _held)
            {
                sequence++;
                if (message.Id == id)
                {
                    return AddAfter(subscription, sequence);
                }
            }

            return false;
        }
    }

    private bool AddAfter(Subscription subscription, long sequence)
    {
        var before = _sequence - _held.Count;
        if (_ended || sequence < before || sequence > _sequence)
        {
            return false;
        }

        StopLinger();
        subscription.Stream = this;
        _subscriptions.Add(subscription);
        foreach (var message in _held)
        {
            // What is held never exceeds what may wait.
            if (++before > sequence)
            {
                subscription.Post(message);
            }
        }

        return true;
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
        _backend.Remove(this);
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
            _backend.Remove(this);
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
        var number = _sequence + 1;
        var copy = answer with { Payload = answer.Payload.ToArray(), Id = answer.Id ?? $"{Name}.{number}" };
        lock (_lock)
        {
            _sequence = number;
            Keep(copy);
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

    private void Keep(in Message message)
    {
        _held.Enqueue(message);
        _heldBytes += message.Payload.Length;
        while (_held.Count > _backend.Settings.Messages || _heldBytes > _backend.Settings.Bytes)
        {
            _heldBytes -= _held.Dequeue().Payload.Length;
        }
    }

    private void End(CallStatus status)
    {
        lock (_lock)
        {
            _ended = true;
            _held.Clear();
            StopLinger();
            foreach (var subscription in _subscriptions)
            {
                subscription.End(status);
            }

            _subscriptions.Clear();
        }
    }
}
