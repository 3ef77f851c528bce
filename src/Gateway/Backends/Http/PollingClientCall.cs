using System.Security.Cryptography;
using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.Sse;

namespace Gateway.Backends.Http;

/// <summary>A resource as a stream: each changed answer is a message whose id is its ETag.</summary>
/// <remarks>
/// An answer that is a stream itself, of events or of lines, is passed on as it is, and its end is the call's. A request with a body is asked once.
/// </remarks>
internal sealed class PollingClientCall(PollingBackend backend, CallHead head, Destination destination, CancellationToken cancellationToken) : ClientCall
{
    private const string IfNoneMatch = "If-None-Match";
    private const int HashSize = 32;

    /// <summary>Headers that say something of one answer, not of what will follow it.</summary>
    private static readonly string[] OfOneAnswer = ["etag", "last-modified", "expires", "age", "content-range", "content-location", "content-disposition"];

    private readonly byte[] _hash = new byte[HashSize];
    private ClientCall? _asked;
    private string? _etag = head.Cursor is { } cursor && cursor != "*" && MetadataText.IsValue(cursor) ? cursor : null;
    private bool _hasHash;
    private bool _isOnce;
    private int _errors;
    private Message? _first;
    private CallStatus? _status;

    public override PayloadFormat Format => PayloadFormat.Json;

    public override CallStatus Status => _status ?? _asked?.Status ?? throw new InvalidOperationException("The call has not ended.");

    public override PayloadFormat FormatFor(PayloadFormat offered) => offered;

    public override async ValueTask WriteAsync(Message message, bool last, CancellationToken cancellationToken)
    {
        // With a body it is no question any more, and not to be repeated.
        _isOnce = !message.Payload.IsEmpty;
        if (_isOnce)
        {
            _asked = backend.Inner.Open(head, destination, cancellationToken);
            await _asked.WriteAsync(message, last, cancellationToken);
        }
    }

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => default;

    public override ValueTask HalfCloseAsync(CancellationToken cancellationToken) => default;

    public override async ValueTask<ResponseHead> ReadHeadAsync(CancellationToken cancellationToken)
    {
        if (_isOnce)
        {
            return await _asked!.ReadHeadAsync(cancellationToken);
        }

        while (true)
        {
            var answer = await AskAsync(cancellationToken);
            if (IsStream(answer))
            {
                _isOnce = true;
                return answer;
            }

            var message = await TakeAsync(answer, cancellationToken);
            if (_status is not null)
            {
                return ResponseHead.Empty;
            }

            if (_errors == 0)
            {
                _first = message;
                foreach (var name in OfOneAnswer)
                {
                    answer.Metadata?.Remove(name);
                }

                return new ResponseHead { Metadata = answer.Metadata };
            }

            await Task.Delay(backend.Settings.Interval, backend.Clock, cancellationToken);
        }
    }

    public override async ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_isOnce)
        {
            return await _asked!.ReadAsync(cancellationToken);
        }

        if (_first is { } first)
        {
            _first = null;
            return first;
        }

        while (_status is null)
        {
            await Task.Delay(backend.Settings.Interval, backend.Clock, cancellationToken);
            if (await TakeAsync(await AskAsync(cancellationToken), cancellationToken) is { } message)
            {
                return message;
            }
        }

        return null;
    }

    public override ValueTask DisposeAsync() => _asked?.DisposeAsync() ?? default;

    private static bool IsStream(ResponseHead answer) =>
        answer.ContentType is { } type
        && (JsonMediaTypes.IsSequence(type) || type.StartsWith(SseTraits.ContentType, StringComparison.OrdinalIgnoreCase));

    /// <summary>Sends the request, on condition that the resource is not the one that was answered last.</summary>
    private async ValueTask<ResponseHead> AskAsync(CancellationToken token)
    {
        if (_asked is not null)
        {
            await _asked.DisposeAsync();
        }

        var metadata = new CallMetadata(head.Metadata.Count + 1);
        foreach (ref readonly var entry in head.Metadata.AsSpan())
        {
            if (!entry.Key.StartsWith("if-", StringComparison.OrdinalIgnoreCase) && !entry.Key.Equals("range", StringComparison.OrdinalIgnoreCase))
            {
                metadata.Add(entry.Key, entry.Value);
            }
        }

        if (_etag is not null)
        {
            metadata.Add(IfNoneMatch, _etag);
        }

        // One answer, whole: half a resource is none.
        _asked = backend.Inner.Open(head with { Metadata = metadata, Cursor = null, Shape = CallShape.Unary }, destination, cancellationToken);
        await _asked.WriteAsync(new Message(default, PayloadFormat.Binary), last: true, token);
        return await _asked.ReadHeadAsync(token);
    }

    /// <summary>The answer's message; null when there is nothing new, and when it failed, which may have ended the call.</summary>
    private async ValueTask<Message?> TakeAsync(ResponseHead answer, CancellationToken token)
    {
        var etag = answer.Metadata?.Find("etag");
        var read = await _asked!.ReadAsync(token);
        if (read is { } held)
        {
            // On loan until the next read, and held longer.
            read = held with { Payload = held.Payload.ToArray(), Id = etag };
            while (await _asked.ReadAsync(token) is not null)
            {
                // One answer is one message.
            }
        }

        if (!_asked.Status.IsOk)
        {
            // What the server refuses it will go on refusing; what fails on the way, or in the server, may heal.
            var mayHeal = _asked.Status.Origin == StatusOrigin.Transport || _asked.Status.HttpStatus >= 500;
            if (!mayHeal || ++_errors >= backend.Settings.MaxErrors)
            {
                _status = _asked.Status;
            }

            return null;
        }

        _errors = 0;
        if (read is not { } message)
        {
            return null;
        }

        var isSame = IsSame(message, etag);
        _etag = etag;
        return isSame && backend.Settings.ChangedOnly ? null : message;
    }

    /// <summary>Compares it with the answer before it: by their ETags where both have one, else by their bodies.</summary>
    private bool IsSame(in Message message, string? etag)
    {
        if (etag is not null && _etag is not null)
        {
            _hasHash = false;
            return etag == _etag;
        }

        Span<byte> hash = stackalloc byte[HashSize];
        SHA256.HashData(message.Payload.Span, hash);
        var isSame = _hasHash && hash.SequenceEqual(_hash);
        hash.CopyTo(_hash);
        _hasHash = true;
        return isSame;
    }
}
