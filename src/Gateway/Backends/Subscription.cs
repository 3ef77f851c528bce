using System.Threading.Channels;
using Gateway.Configuration;
using Transcoders.Calls;

namespace Gateway.Backends;

/// <summary>What waits for one listener of a <see cref="SharedStream"/>, within bounds: a slow one fails alone.</summary>
internal sealed class Subscription
{
    private readonly FanoutSettings _settings;
    private readonly Channel<Message> _waiting;
    private int _bytes;
    private CallStatus? _end;

    public Subscription(FanoutSettings settings)
    {
        _settings = settings;
        _waiting = Channel.CreateBounded<Message>(new BoundedChannelOptions(settings.Messages) { SingleReader = true, SingleWriter = true });
    }

    /// <summary>What it listens to; null when it has ended before it began.</summary>
    public SharedStream? Stream { get; set; }

    /// <summary>How it ended; set once <see cref="ReadAsync"/> has returned null.</summary>
    public CallStatus? Status { get; private set; }

    /// <summary>Adds a message; false when too many wait, and then nothing follows but the failure.</summary>
    public bool Post(in Message message)
    {
        if (Interlocked.Add(ref _bytes, message.Payload.Length) <= _settings.Bytes && _waiting.Writer.TryWrite(message))
        {
            return true;
        }

        End(new CallStatus(StatusCode.ResourceExhausted, $"More than {_settings.Messages} messages or {_settings.Bytes} bytes wait for this client.") { HttpStatus = 502 });
        return false;
    }

    /// <summary>Nothing follows.</summary>
    public void End(CallStatus status)
    {
        _end ??= status;
        _waiting.Writer.TryComplete();
    }

    public async ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        while (await _waiting.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_waiting.Reader.TryRead(out var message))
            {
                Interlocked.Add(ref _bytes, -message.Payload.Length);
                return message;
            }
        }

        Status = _end;
        return null;
    }
}
