using System.Buffers;
using System.Runtime.CompilerServices;
using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.HttpRules;

namespace Gateway.Edges;

/// <summary>
/// The request messages of a call that was reached by URL: one made of path, query and body, a stream of JSON values, or the pieces of a
/// body whose bytes are taken as they come (google.api.HttpBody).
/// </summary>
internal sealed class UrlRequestMessages(EdgeRequest request, HttpBinding binding, bool streams) : IDisposable
{
    /// <summary>Most bytes of a raw body that go into one message: what has arrived leaves, and what a slow backend has not taken stays with the client.</summary>
    private const int PieceSize = 64 * 1024;

    private readonly CallLimits _limits = request.Route.Limits;
    private readonly PayloadBuffer _message = new(request.Route.Limits.MessageSize);
    private JsonValueReader _values = new(request.Route.Limits.MessageSize, request.Route.Limits.Depth);
    private ReadOnlySequence<byte> _body;
    private bool _borrowed;
    private bool _done;
    private bool _begun;

    /// <summary>The next message as protobuf, on loan; null after the last.</summary>
    public ValueTask<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_done)
        {
            return new((Message?)null);
        }

        if (!streams)
        {
            _done = true;
            return HasBody(request.Context) ? WeaveBodyAsync(cancellationToken) : new(Weave(default, first: true));
        }

        return binding.Weaver.BodyIsHttpBody ? ReadPieceAsync(cancellationToken) : ReadValueAsync(cancellationToken);
    }

    public void Dispose()
    {
        if (_borrowed)
        {
            _borrowed = false;
            request.Context.Request.BodyReader.AdvanceTo(_body.Start, _body.End);
        }

        _message.Dispose();
    }

    internal static bool HasBody(HttpContext context) =>
        context.Request.ContentLength is { } length
            ? length > 0
            : context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? false;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Message?> WeaveBodyAsync(CancellationToken cancellationToken)
    {
        // 1. The common case: the whole body is there in one piece, and is read where it lies.
        var reader = request.Context.Request.BodyReader;
        var result = await BodyReader.ReadAsync(reader, cancellationToken);
        if (result.IsCompleted && result.Buffer.IsSingleSegment && result.Buffer.Length <= _limits.MessageSize)
        {
            try
            {
                return Weave(result.Buffer.FirstSpan, first: true);
            }
            finally
            {
                reader.AdvanceTo(result.Buffer.End);
            }
        }

        // 2. In several pieces: joined first.
        reader.AdvanceTo(result.Buffer.Start);
        using var body = new PayloadBuffer(_limits.MessageSize);
        await BodyReader.ReadAsync(request.Context, body, _limits.MessageSize, cancellationToken);
        return Weave(body.WrittenSpan, first: true);
    }

    private async ValueTask<Message?> ReadValueAsync(CancellationToken cancellationToken)
    {
        var reader = request.Context.Request.BodyReader;
        var completed = false;
        while (true)
        {
            if (_borrowed)
            {
                if (_values.TryRead(ref _body, completed, out var value))
                {
                    return WeaveValue(value);
                }

                _borrowed = false;
                reader.AdvanceTo(_body.Start, _body.End);
                if (completed)
                {
                    _done = true;
                    return null;
                }
            }

            var result = await BodyReader.ReadAsync(reader, cancellationToken);
            _body = result.Buffer;
            _borrowed = true;
            completed = result.IsCompleted;
        }
    }

    /// <summary>The next piece of a raw body. The first message also says path, query and media type, and is there for an empty body too.</summary>
    private async ValueTask<Message?> ReadPieceAsync(CancellationToken cancellationToken)
    {
        var reader = request.Context.Request.BodyReader;
        while (true)
        {
            var result = await BodyReader.ReadAsync(reader, cancellationToken);
            var piece = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, Math.Min(PieceSize, _limits.MessageSize / 2)));
            _done = result.IsCompleted && piece.Length == result.Buffer.Length;
            if (piece.IsEmpty && (_begun || !_done))
            {
                reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                if (_done)
                {
                    return null;
                }

                continue;
            }

            try
            {
                return WeavePiece(piece);
            }
            finally
            {
                reader.AdvanceTo(piece.End);
            }
        }
    }

    private Message WeavePiece(in ReadOnlySequence<byte> piece)
    {
        var first = !_begun;
        _begun = true;
        if (piece.IsSingleSegment)
        {
            return Weave(piece.FirstSpan, first, first ? request.Context.Request.ContentType : null);
        }

        var rented = ArrayPool<byte>.Shared.Rent((int)piece.Length);
        try
        {
            piece.CopyTo(rented);
            return Weave(rented.AsSpan(0, (int)piece.Length), first, first ? request.Context.Request.ContentType : null);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private Message WeaveValue(in ReadOnlySequence<byte> value)
    {
        try
        {
            if (value.IsSingleSegment)
            {
                return Weave(value.FirstSpan, first: _values.Count == 1);
            }

            using var joined = new PayloadBuffer(_limits.MessageSize);
            foreach (var segment in value)
            {
                joined.Write(segment.Span);
            }

            return Weave(joined.WrittenSpan, first: _values.Count == 1);
        }
        catch (CallException e) when (e.Status.Code == StatusCode.InvalidArgument)
        {
            throw new CallException(new CallStatus(e.Status.Code, $"message {_values.Count}: {e.Status.Message}") { Details = e.Status.Details, Origin = StatusOrigin.Client }, e);
        }
    }

    private Message Weave(ReadOnlySpan<byte> body, bool first) => Weave(body, first, request.Context.Request.ContentType);

    private Message Weave(ReadOnlySpan<byte> body, bool first, string? contentType)
    {
        _message.Clear();
        if (first)
        {
            binding.Weaver.Weave(request.Path, request.Query, request.Verb, contentType, body, _message);
        }
        else
        {
            binding.Weaver.WeaveBody(request.Verb, contentType, body, _message);
        }

        _message.ThrowIfOverLimit();
        return new Message(_message.WrittenMemory, PayloadFormat.Protobuf);
    }
}
