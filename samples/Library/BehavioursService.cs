using Google.Protobuf;
using Grpc.Core;
using Samples.Library.V1;

namespace Samples.Library;

/// <summary>library.v1.Behaviours: each behaviour on demand, each call in the ledger.</summary>
internal sealed class BehavioursService(CallLedger ledger, TimeProvider time) : Behaviours.BehavioursBase
{
    private const int MaxSize = 64 * 1024 * 1024;
    private const int MaxTexts = 100;

    public override async Task<EchoReply> Echo(EchoRequest request, ServerCallContext context)
    {
        using var entry = new LedgerEntry(ledger, request.Key, context);
        entry.Received();
        Require(request.ReplySize is >= 0 and <= MaxSize, "reply_size", "is out of range");
        var reply = new EchoReply
        {
            Payload = request.Payload.Length == 0 && request.ReplySize > 0 ? ByteString.CopyFrom(new byte[request.ReplySize]) : request.Payload,
            Text = request.Text,
            Traceparent = context.RequestHeaders.GetValue("traceparent") ?? "",
            GrpcTimeout = LedgerEntry.GrpcTimeout(context),
            Peer = context.Peer,
        };
        reply.Metadata.AddRange(LedgerEntry.Headers(context));
        AddTrailers(context, request.ReplyTrailers);
        if (request.ReplyHeaders.Count > 0)
        {
            var headers = new Metadata();
            foreach (var (key, value) in request.ReplyHeaders)
            {
                headers.Add(Failures.Entry(key, value));
            }

            await context.WriteResponseHeadersAsync(headers);
        }

        entry.Sent();
        entry.Completed();
        return reply;
    }

    public override async Task<EchoReply> Fail(FailRequest request, ServerCallContext context)
    {
        using var entry = new LedgerEntry(ledger, request.Key, context);
        entry.Received();
        CheckFailure(request.Failure);
        if (request.HeadersFirst)
        {
            await context.WriteResponseHeadersAsync([]);
        }

        throw Failures.Asked(request.Failure);
    }

    public override async Task Stream(StreamRequest request, IServerStreamWriter<StreamReply> responseStream, ServerCallContext context)
    {
        using var entry = new LedgerEntry(ledger, request.Key, context);
        entry.Received();
        Require(request.Size is >= 0 and <= MaxSize, "size", "is out of range");
        if (request.Failure is not null)
        {
            CheckFailure(request.Failure);
        }

        AddTrailers(context, request.ReplyTrailers);
        var interval = request.Interval?.ToTimeSpan() ?? TimeSpan.Zero;
        var text = new string('x', request.Size);
        for (var i = 0; i < request.Count; i++)
        {
            if (i > 0 && interval > TimeSpan.Zero)
            {
                await Task.Delay(interval, time, context.CancellationToken);
            }

            await responseStream.WriteAsync(new StreamReply { Index = request.After + i, Text = text }, context.CancellationToken);
            entry.Sent();
        }

        if (request.Hang)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
        }

        End(entry, context, request.Failure, request.Reset);
    }

    public override async Task<CollectReply> Collect(IAsyncStreamReader<CollectRequest> requestStream, ServerCallContext context)
    {
        LedgerEntry? entry = null;
        try
        {
            var reply = new CollectReply();
            while (await requestStream.MoveNext(context.CancellationToken))
            {
                var item = requestStream.Current;
                entry ??= new LedgerEntry(ledger, item.Key, context);
                entry.Received();
                reply.Count++;
                reply.Bytes += item.Payload.Length + item.Text.Length;
                if (reply.Texts.Count < MaxTexts && item.Text.Length > 0)
                {
                    reply.Texts.Add(item.Text);
                }

                if (item.Failure is { } failure)
                {
                    CheckFailure(failure);
                    throw Failures.Asked(failure);
                }

                if (item.Stop)
                {
                    entry.Sent();
                    entry.Completed();
                    return reply;
                }
            }

            entry ??= new LedgerEntry(ledger, "", context);
            entry.HalfClosed();
            entry.Sent();
            entry.Completed();
            return reply;
        }
        finally
        {
            entry?.Dispose();
        }
    }

    public override async Task Chat(IAsyncStreamReader<ChatMessage> requestStream, IServerStreamWriter<ChatMessage> responseStream, ServerCallContext context)
    {
        LedgerEntry? entry = null;
        try
        {
            while (await requestStream.MoveNext(context.CancellationToken))
            {
                var item = requestStream.Current;
                entry ??= new LedgerEntry(ledger, item.Key, context);
                entry.Received();
                for (var i = item.Repeat == 0 ? 1 : item.Repeat; i > 0; i--)
                {
                    await responseStream.WriteAsync(new ChatMessage { Key = item.Key, Text = item.Text, Payload = item.Payload }, context.CancellationToken);
                    entry.Sent();
                }

                if (item.Failure is not null)
                {
                    CheckFailure(item.Failure);
                }

                if (item.Failure is not null || item.Reset || item.Finish)
                {
                    End(entry, context, item.Failure, item.Reset);
                    return;
                }
            }

            entry ??= new LedgerEntry(ledger, "", context);
            entry.HalfClosed();
            entry.Completed();
        }
        finally
        {
            entry?.Dispose();
        }
    }

    public override async Task<EchoReply> Hang(HangRequest request, ServerCallContext context)
    {
        using var entry = new LedgerEntry(ledger, request.Key, context);
        entry.Received();
        await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
        return new EchoReply();
    }

    public override async Task<StateReply> State(StateRequest request, ServerCallContext context)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        limit.CancelAfter(request.Timeout?.ToTimeSpan() ?? TimeSpan.FromSeconds(10));
        var least = request.AtLeast ?? new Counters();
        try
        {
            return await ledger.WaitAsync(
                request.Key,
                now => now.Started >= least.Started && now.Active >= least.Active && now.Completed >= least.Completed
                    && now.Failed >= least.Failed && now.Cancelled >= least.Cancelled && now.Received >= least.Received
                    && now.Sent >= least.Sent && now.HalfClosed >= least.HalfClosed && (!request.Idle || now.Active == 0),
                limit.Token);
        }
        catch (OperationCanceledException) when (!context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new(StatusCode.DeadlineExceeded, $"The counters stand at {ledger.State(request.Key).Counters}."));
        }
    }

    private static void End(LedgerEntry entry, ServerCallContext context, Failure? failure, bool reset)
    {
        if (reset)
        {
            context.GetHttpContext().Abort();
            throw new OperationCanceledException("The stream was reset as asked.");
        }

        if (failure is not null)
        {
            throw Failures.Asked(failure);
        }

        entry.Completed();
    }

    private static void AddTrailers(ServerCallContext context, IDictionary<string, string> trailers)
    {
        foreach (var (key, value) in trailers)
        {
            context.ResponseTrailers.Add(Failures.Entry(key, value));
        }
    }

    private static void CheckFailure(Failure? failure) => Require(failure is { Code: >= 1 and <= 16 }, "failure.code", "must be 1 to 16");

    private static void Require(bool holds, string field, string otherwise)
    {
        if (!holds)
        {
            throw Failures.Invalid(field, otherwise);
        }
    }
}
