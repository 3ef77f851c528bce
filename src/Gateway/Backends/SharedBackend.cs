using System.Security.Cryptography;
using System.Text;
using Gateway.Configuration;
using Transcoders.Calls;

namespace Gateway.Backends;

/// <summary>Lets clients that listen to the same thing share one call to the server: same destination, method, path and query, same credentials, same request.</summary>
/// <remarks>
/// Shared are calls whose client says all it has to say when it opens them: a method of one request and many answers, or a path without a schema
/// to which nothing is sent. Whatever else is opened through here has a call of its own. The shared call carries the metadata of whoever came first.
/// A client that comes back with the id it had last gets what it has missed, as far as that is held; else DATA_LOSS. An id that the server gave
/// and that is not held is the server's to know: that client has a call of its own.
/// </remarks>
/// <param name="inner">Opens the calls; a cluster's backend.</param>
/// <param name="format">What its messages must be; null when it takes them as they come.</param>
/// <param name="settings">Bounds.</param>
/// <param name="identity">Headers in which calls that share must agree, besides those that carry credentials; a trailing `*` stands for any rest.</param>
/// <param name="clock">Measures the linger.</param>
public sealed class SharedBackend(IBackend inner, PayloadFormat? format, FanoutSettings settings, IEnumerable<string> identity, TimeProvider clock)
    : IBackend, IAsyncDisposable
{
    /// <summary>Most calls that go on for nobody: a client could ask for ever new ones.</summary>
    private const int MaxLingering = 64;

    private static readonly CallStatus Lost = new(StatusCode.DataLoss, "Events after the one you had last are no longer held.");

    private readonly string[] _identity = [.. identity.Concat(["authorization", "cookie", "x-api-key"]).Distinct(StringComparer.OrdinalIgnoreCase)];
    private readonly Dictionary<(string Destination, string Key), SharedStream> _streams = [];
    private readonly Dictionary<string, SharedStream> _byName = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private int _lingering;

    public string Protocol => inner.Protocol;

    internal IBackend Inner => inner;

    internal PayloadFormat? Format => format;

    internal FanoutSettings Settings => settings;

    internal TimeProvider Clock => clock;

    public ClientCall Open(CallHead head, Destination destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(destination);
        var saysMore = head.WantsStreams || !head.Shape.StreamsResponses() || (head.Shape.StreamsRequests() && head.Method.Length > 0);
        return saysMore ? inner.Open(head, destination, cancellationToken) : new SharedClientCall(this, head, destination, cancellationToken);
    }

    public ValueTask DisposeAsync() => inner is IAsyncDisposable disposable ? disposable.DisposeAsync() : default;

    /// <summary>Joins the call that is under way, or opens it; null for a client whose place in the stream only the server knows.</summary>
    internal Subscription? Join(CallHead head, Destination destination, Message? request)
    {
        var key = KeyOf(head, request);
        var subscription = new Subscription(settings);
        lock (_lock)
        {
            _streams.TryGetValue((destination.Id, key), out var stream);
            if (head.Cursor is { } cursor)
            {
                return Resume(subscription, cursor, key, stream);
            }

            if (stream is not null && stream.TryAdd(subscription))
            {
                return subscription;
            }

            stream = new SharedStream(this, key, head, destination);
            stream.TryAdd(subscription);
            _streams[(destination.Id, key)] = stream;
            _byName[stream.Name] = stream;
            stream.Start(request);
            return subscription;
        }
    }

    internal void Remove(SharedStream stream)
    {
        lock (_lock)
        {
            var place = (stream.DestinationId, stream.Key);
            if (_streams.TryGetValue(place, out var current) && ReferenceEquals(current, stream))
            {
                _streams.Remove(place);
            }

            _byName.Remove(stream.Name);
        }
    }

    /// <summary>True when one more call may go on for nobody; <see cref="EndLinger"/> gives the place back.</summary>
    internal bool TryLinger()
    {
        if (settings.Linger <= TimeSpan.Zero)
        {
            return false;
        }

        if (Interlocked.Increment(ref _lingering) <= MaxLingering)
        {
            return true;
        }

        EndLinger();
        return false;
    }

    internal void EndLinger() => Interlocked.Decrement(ref _lingering);

    private Subscription? Resume(Subscription subscription, string cursor, string key, SharedStream? stream)
    {
        if (!SharedStream.TryParse(cursor, out var name, out var sequence))
        {
            // The server's own id: it is looked for where the client has been sent, and the server knows more.
            return stream is not null && stream.TryResume(subscription, cursor) ? subscription : null;
        }

        // One of ours, wherever the load balancer has sent the client this time; of others' streams nobody learns anything.
        if (!_byName.TryGetValue(name, out var own) || own.Key != key || !own.TryResume(subscription, sequence))
        {
            subscription.End(Lost);
        }

        return subscription;
    }

    private string KeyOf(CallHead head, Message? request)
    {
        // No part holds a line end: targets and metadata are printable ASCII.
        var key = new StringBuilder().Append(head.Method).Append('\n').Append(head.Verb).Append(head.ExpectsOneAnswer ? '1' : '*').Append('\n').Append(head.Target);
        foreach (var name in _identity)
        {
            key.Append('\n').Append(name);
            foreach (ref readonly var entry in head.Metadata.AsSpan())
            {
                if (name.EndsWith('*') && entry.Key.AsSpan().StartsWith(name.AsSpan(0, name.Length - 1), StringComparison.OrdinalIgnoreCase))
                {
                    key.Append('\t').Append(entry.Key).Append('=').Append(entry.Value);
                }
                else if (entry.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    key.Append('=').Append(entry.Value);
                }
            }
        }

        if (request is { } message)
        {
            key.Append('\n').Append(Convert.ToHexString(SHA256.HashData(message.Payload.Span)));
        }

        return key.ToString();
    }
}
