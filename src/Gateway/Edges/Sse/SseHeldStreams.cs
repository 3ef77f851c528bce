using Gateway.Configuration;
using Gateway.Dispatch;
using Gateway.Security;
using Gateway.Sessions;
using Transcoders.Calls;
using Transcoders.Sse;

namespace Gateway.Edges.Sse;

/// <summary>Event streams with `Resume: buffer`: begun here, and gone on with by whoever comes back in time with the last id.</summary>
internal sealed class SseHeldStreams(CallDispatcher dispatcher, ReplayTable table)
{
    private static readonly CallStatus TooMany =
        new(StatusCode.Unavailable, "This route holds as many event streams as it may; try again later.") { RetryAfter = TimeSpan.FromSeconds(5) };

    /// <summary>One answer for a stream that never was, that is over, and that is somebody else's: nobody learns of others' streams.</summary>
    private static readonly CallStatus Unknown =
        new(StatusCode.NotFound, "No such event stream is held for you: open a new one, without Last-Event-ID.") { Origin = StatusOrigin.Client };

    private static readonly CallStatus Lost =
        new(StatusCode.DataLoss, "Events after the one you had last are no longer held.");

    private static readonly CallStatus TakenOver =
        new(StatusCode.Aborted, "Another connection has taken over this event stream.");

    private static readonly CallStatus Closed =
        new(StatusCode.Unavailable, "This event stream is held no longer.");

    private static readonly CallStatus ClientGone =
        new(StatusCode.Cancelled, "The client has gone.") { Origin = StatusOrigin.Client };

    /// <summary>The client has said that it has everything.</summary>
    public void Release(EdgeRequest request, string id) =>
        table.Release(id[..^SseCursor.FinishedSuffix.Length], request.Route.Id, Owner(request));

    /// <summary>Begins a call, and answers with its stream.</summary>
    public async Task<CallStatus> BeginAsync(EdgeRequest request, SseRequestMessages messages)
    {
        // 1. Everything is read of this connection that the call needs: from here on it may go.
        try
        {
            await messages.HoldAsync(request.Context.RequestAborted);
        }
        catch (CallException e)
        {
            messages.Dispose();
            await StatusResponse.WriteAsync(request.Context, request.Route, e.Status);
            return e.Status;
        }

        var limits = Limits(request.Route.Settings.Options.Sse.ResumeBuffer);
        var key = SseEventWriter.NewKey(SseCursor.SecretKeyLength);
        if (table.Open(key, request.Route.Id, Owner(request), limits) is not { } stream)
        {
            messages.Dispose();
            await StatusResponse.WriteAsync(request.Context, request.Route, TooMany);
            return TooMany;
        }

        // 2. The call runs by itself, and ends when the stream does.
        var route = request.Route;
        var plan = messages.Plan;
        var accepts = request.Plans.Opaque is null ? PayloadFormat.Json : PayloadFormat.Text;
        var head = request.MakeHead(plan.MethodName, plan.Shape, cursor: null);
        var call = new SseHeldCall(head, accepts, stream, new SseEventWriter(route, null, mayComeBack: false, key), messages, route.Limits);
        if (stream.Attach(0) is not { } reader)
        {
            messages.Dispose();
            await StatusResponse.WriteAsync(request.Context, request.Route, Closed);
            return Closed;
        }

        stream.Writing = dispatcher.DispatchAsync(call, plan, route, request.Plans.Labels, request.Destination);

        // 3. This connection is its first reader.
        return await ServeAsync(request, stream, reader, isResumed: false);
    }

    /// <summary>Goes on with a stream after the event the client had last.</summary>
    public async Task<CallStatus> ResumeAsync(EdgeRequest request, string id)
    {
        if (!SseCursor.TryParse(id, out var key, out var sequence)
            || table.Find(key, request.Route.Id, Owner(request)) is not { } stream
            || stream.Attach(sequence) is not { } reader)
        {
            await StatusResponse.WriteAsync(request.Context, request.Route, Unknown);
            return Unknown;
        }

        return await ServeAsync(request, stream, reader, isResumed: true);
    }

    private static async Task<CallStatus> ServeAsync(EdgeRequest request, ReplayStream stream, ReplayStream.Reader reader, bool isResumed)
    {
        var aborted = request.Context.RequestAborted;
        try
        {
            await using var response = new SseResponse(request);
            var status = await CopyAsync(request, stream, reader, response, isResumed, aborted);
            if (!response.HasStarted)
            {
                await StatusResponse.WriteAsync(request.Context, request.Route, status);
            }

            return status;
        }
        catch (Exception e) when (aborted.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            return ClientGone;
        }
        finally
        {
            stream.Detach(reader);
        }
    }

    /// <summary>Copies events until the stream or this reader's part in it ends; what is returned has been told, unless nothing has been sent yet.</summary>
    private static async Task<CallStatus> CopyAsync(
        EdgeRequest request, ReplayStream stream, ReplayStream.Reader reader, SseResponse response, bool isResumed, CancellationToken aborted)
    {
        var isOpen = false;
        while (true)
        {
            aborted.ThrowIfCancellationRequested();
            var news = isResumed && !isOpen ? Task.CompletedTask : stream.WaitAsync(reader, aborted);
            if (!news.IsCompletedSuccessfully)
            {
                await response.FlushAsync(aborted);
            }

            await news;
            if (stream is { Status: { IsOk: false } failure, IsEmpty: true } && !response.HasStarted)
            {
                await response.CloseAsync();
                if (!response.HasStarted)
                {
                    return failure;
                }
            }

            if (!isOpen)
            {
                isOpen = true;
                await OpenAsync(request, stream.Head, response);
            }

            if (stream is { IsEmpty: true, Status: null or { IsOk: false } } && !response.HasStarted)
            {
                // The backend's head alone: what follows may still be a failure, or is one by now, which then has a status line.
                continue;
            }

            await response.TakeTurnAsync(aborted);
            ReplayRead found;
            try
            {
                found = stream.Read(reader, response.Writer, request.Route.Limits.UnflushedBytes);
                if (found > ReplayRead.Ended)
                {
                    Refuse(request, stream, found, response);
                }

                if (response.Writer.UnflushedBytes >= request.Route.Limits.UnflushedBytes)
                {
                    await response.Writer.FlushAsync(aborted);
                }
            }
            finally
            {
                response.EndTurn();
            }

            if (found != ReplayRead.Going)
            {
                await response.CloseAsync();
                await response.Writer.FlushAsync(aborted);
                return stream.Status ?? StatusOf(found);
            }
        }
    }

    /// <summary>What the backend opened its answer with, as long as there is a head to put it into.</summary>
    private static ValueTask OpenAsync(EdgeRequest request, ResponseHead? head, SseResponse response)
    {
        if (response.HasStarted)
        {
            return default;
        }

        if (request.Shaper is { } shaper)
        {
            return shaper.ShapeAsync(request.Context, head ?? ResponseHead.Empty);
        }

        ResponseHeaders.Write(request.Context.Response.Headers, head?.Metadata);
        return default;
    }

    /// <summary>Tells why this connection gets no more; for good, so that EventSource does not come back for it.</summary>
    private static void Refuse(EdgeRequest request, ReplayStream stream, ReplayRead found, SseResponse response) =>
        new SseEventWriter(request.Route, null, mayComeBack: false, stream.Key).WriteEnd(response.Writer, StatusOf(found));

    private static CallStatus StatusOf(ReplayRead found) => found switch
    {
        ReplayRead.Lost => Lost,
        ReplayRead.TakenOver => TakenOver,
        _ => Closed,
    };

    private static string Owner(EdgeRequest request) =>
        CallerKey.Of(request.Context, request.Route.Settings.Options.Sse.ResumeBuffer.Cookie);

    private static ReplayLimits Limits(ResumeBufferOptions options) => new(options.Events, options.Bytes, options.Linger, options.Streams);
}
