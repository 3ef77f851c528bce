using System.Threading.Channels;
using Grpc.Core;
using Samples.Chat.V1;

namespace Samples.Chat;

/// <summary>One room: its last lines, and whoever listens.</summary>
internal sealed class ChatRoom
{
    /// <summary>Lines kept for those who come back.</summary>
    private const int MaxKept = 1_000;

    /// <summary>Lines a listener may lag behind before it is shown out.</summary>
    private const int MaxUnheard = 256;

    private readonly Lock _gate = new();
    private readonly Queue<Line> _lines = new();
    private readonly List<Channel<Line>> _listeners = [];
    private long _last;

    public void Say(string member, string text)
    {
        lock (_gate)
        {
            var line = new Line { Number = ++_last, Member = member, Text = text };
            _lines.Enqueue(line);
            if (_lines.Count > MaxKept)
            {
                _lines.Dequeue();
            }

            foreach (var listener in _listeners)
            {
                if (!listener.Writer.TryWrite(line))
                {
                    listener.Writer.TryComplete(new RpcException(new Status(StatusCode.ResourceExhausted, $"More than {MaxUnheard} lines behind.")));
                }
            }
        }
    }

    /// <summary>Writes every line after a number, and then what is said, until the listener leaves.</summary>
    /// <param name="after">The last number heard; 0 starts with the next line.</param>
    /// <param name="lines">Gets the lines.</param>
    /// <param name="left">Fires when the listener says goodbye: what was said until then is still written.</param>
    /// <param name="cancellationToken">Fires when the call is over.</param>
    public async Task HearAsync(long after, IAsyncStreamWriter<Line> lines, CancellationToken left, CancellationToken cancellationToken)
    {
        var heard = Channel.CreateBounded<Line>(MaxUnheard);
        // The channel ends, not the write: a write that is cancelled resets the whole call.
        using var goodbye = left.Register(() => heard.Writer.TryComplete());
        Line[] missed;
        lock (_gate)
        {
            missed = after > 0 ? [.. _lines.Where(line => line.Number > after)] : [];
            _listeners.Add(heard);
        }

        try
        {
            foreach (var line in missed)
            {
                await lines.WriteAsync(line, cancellationToken);
            }

            await foreach (var line in heard.Reader.ReadAllAsync(cancellationToken))
            {
                await lines.WriteAsync(line, cancellationToken);
            }
        }
        finally
        {
            lock (_gate)
            {
                _listeners.Remove(heard);
            }
        }
    }
}
