using System.Security.Cryptography;
using System.Text;
using Gateway.Configuration;
using Transcoders.Calls;

namespace Gateway.Backends;

/// <summary>Lets clients that listen to the same thing share one call to the server: same destination, method, path and query, same credentials, same request.</summary>
/// <remarks>
/// Shared are calls whose client says all it has to say when it opens them: a method of one request and many answers, or a path without a schema
/// to which nothing is sent. Whatever else is opened through here has a call of its own. The shared call carries the metadata of whoever came first.
/// </remarks>
/// <param name="inner">Opens the calls; a cluster's backend.</param>
/// <param name="format">What its messages must be; null when it takes them as they come.</param>
/// <param name="settings">Bounds.</param>
/// <param name="identity">Headers in which calls that share must agree, besides Authorization and Cookie.</param>
/// <param name="clock">Measures the linger.</param>
public sealed class SharedBackend(IBackend inner, PayloadFormat? format, FanoutSettings settings, IEnumerable<string> identity, TimeProvider clock) : IBackend
{
    /// <summary>Most calls that go on for nobody: a client could ask for ever new ones.</summary>
    private const int MaxLingering = 64;

    private readonly string[] _identity = [.. identity.Concat(["authorization", "cookie"]).Distinct(StringComparer.OrdinalIgnoreCase)];
    private readonly Dictionary<string, SharedStream> _streams = new(StringComparer.Ordinal);
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
        var saysMore = !head.Shape.StreamsResponses() || (head.Shape.StreamsRequests() && head.Method.Length > 0);
        return saysMore ? inner.Open(head, destination, cancellationToken) : new SharedClientCall(this, head, destination, cancellationToken);
    }

    /// <summary>Joins the call that is under way, or opens it.</summary>
    internal Subscription Join(CallHead head, Destination destination, Message? request)
    {
        var key = KeyOf(head, destination, request);
        lock (_lock)
        {
            var subscription = new Subscription(settings);
            if (_streams.TryGetValue(key, out var stream) && stream.TryAdd(subscription))
            {
                return subscription;
            }

            stream = new SharedStream(this, key, head, destination);
            stream.TryAdd(subscription);
            _streams[key] = stream;
            stream.Start(request);
            return subscription;
        }
    }

    internal void Remove(string key, SharedStream stream)
    {
        lock (_lock)
        {
            if (_streams.TryGetValue(key, out var current) && ReferenceEquals(current, stream))
            {
                _streams.Remove(key);
            }
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

    private string KeyOf(CallHead head, Destination destination, Message? request)
    {
        // No part holds a line end: targets and metadata are printable ASCII.
        var key = new StringBuilder().Append(destination.Id).Append('\n').Append(head.Method).Append('\n').Append(head.Verb).Append('\n').Append(head.Target);
        foreach (var name in _identity)
        {
            key.Append('\n').Append(name);
            foreach (ref readonly var entry in head.Metadata.AsSpan())
            {
                if (entry.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
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
