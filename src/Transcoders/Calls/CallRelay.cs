using System.Runtime.CompilerServices;

namespace Transcoders.Calls;

/// <summary>The one pump: joins the two halves of a call and settles exactly one status.</summary>
/// <remarks>
/// <code>
///   client ─► ServerCall.Read ─► plan ─► ClientCall.Write ─► backend      request pump
///   client ◄─ ServerCall.Write ◄─ plan ◄─ ClientCall.Read  ◄─ backend      response pump
/// </code>
/// Pull-based: a side that is not read gives no credit, so backpressure needs no queue. What the backend says decides
/// how a call ends: a failed write to it ends the request pump only. Pumps settle statuses; nothing escapes by exception.
/// </remarks>
public sealed class CallRelay
{
    private static readonly CallStatus NoRequest =
        new(StatusCode.InvalidArgument, "The call ended before its request message.") { Origin = StatusOrigin.Client };

    private static readonly CallStatus NoResponse =
        new(StatusCode.Internal, "The backend ended the call without a response message.") { HttpStatus = 502, Origin = StatusOrigin.Backend };

    private static readonly CallStatus ExtraResponse =
        new(StatusCode.Internal, "The backend sent more than one response to a unary call.") { HttpStatus = 502, Origin = StatusOrigin.Backend };

    private static readonly CallStatus Finished = new(StatusCode.Cancelled, "The call has ended.");

    private readonly ServerCall _server;
    private readonly ClientCall _client;
    private readonly PayloadExchange _payloads;
    private readonly CallLimits _limits;
    private readonly CallLifetime _lifetime;
    private readonly CallTally _tally;

    /// <summary>What ended the request pump, when it was not the backend.</summary>
    private RelayResult _requestFailure;

    private CallRelay(ServerCall server, ClientCall client, PayloadExchange payloads, CallLimits limits, CallLifetime lifetime, CallTally tally)
    {
        _server = server;
        _client = client;
        _payloads = payloads;
        _limits = limits;
        _lifetime = lifetime;
        _tally = tally;
    }

    /// <summary>Runs the call to its end and returns the status it ended with. Completing the server half and disposing the client half are the caller's.</summary>
    /// <param name="server">The half towards the client.</param>
    /// <param name="client">The half towards the backend, just opened.</param>
    /// <param name="payloads">The plans between them.</param>
    /// <param name="limits">The call's bounds.</param>
    /// <param name="lifetime">Its token stops the pumps; its reason is then the status.</param>
    /// <param name="tally">Counts what flows.</param>
    public static ValueTask<RelayResult> RunAsync(
        ServerCall server, ClientCall client, PayloadExchange payloads, CallLimits limits, CallLifetime lifetime, CallTally tally)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(client);
        if (client.Refusal is { } refusal)
        {
            // Known before the client is asked for anything, so that an edge that has promised nothing yet can say so in its own way.
            return new(new RelayResult(refusal));
        }

        var relay = new CallRelay(server, client, payloads, limits, lifetime, tally);
        return server.Head.Shape == CallShape.Unary ? relay.AnswerOnceAsync(sendsFirst: true) : relay.StreamAsync();
    }

    private async ValueTask<RelayResult> StreamAsync()
    {
        var shape = _server.Head.Shape;
        using var buffer = new PayloadBuffer(_limits.MessageSize);
        Task? requests = null;
        RelayResult result;
        try
        {
            if (shape.StreamsRequests())
            {
                requests = PumpRequestsAsync();
            }
            else
            {
                await SendOnceAsync(buffer);
                buffer.Clear();
            }

            result = shape.StreamsResponses() ? await PumpResponsesAsync(buffer) : await AnswerOnceAsync(sendsFirst: false);
        }
        catch (Exception e)
        {
            result = Settle(e);
        }

        if (requests is not null)
        {
            // The answer has ended: what the client still sends is moot.
            if (!requests.IsCompleted)
            {
                _lifetime.End(Finished);
            }

            await requests;
        }

        // The log hears of the exception behind the status, whichever pump met it.
        return ReferenceEquals(result.Status, _requestFailure.Status) ? _requestFailure : result;
    }

    private async ValueTask SendOnceAsync(PayloadBuffer buffer)
    {
        var token = _lifetime.Token;
        var request = await _server.ReadAsync(token) ?? throw new CallException(NoRequest);
        var message = Convert(request, buffer);
        try
        {
            await _client.WriteAsync(message, last: true, token);
        }
        catch (IOException)
        {
            // The backend stopped listening; its answer says why.
        }
    }

    /// <summary>The one answer, held back until its status is known: a message may be followed by a failure.</summary>
    /// <param name="sendsFirst">A unary call: its one request goes first, in this same state machine, with no second task and no flush.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<RelayResult> AnswerOnceAsync(bool sendsFirst)
    {
        var token = _lifetime.Token;
        using var buffer = new PayloadBuffer(_limits.MessageSize);
        try
        {
            if (sendsFirst)
            {
                await SendOnceAsync(buffer);
                buffer.Clear();
            }

            var head = await _client.ReadHeadAsync(token);
            if (await _client.ReadAsync(token) is not { } response)
            {
                return _client.Status.IsOk ? new(NoResponse) : Ended();
            }

            response = Hold(response, buffer);
            if (await _client.ReadAsync(token) is not null)
            {
                return new(ExtraResponse);
            }

            if (_client.Status.IsOk)
            {
                await _server.WriteHeadAsync(head, token);
                await _server.WriteAsync(response, token);
            }

            return Ended();
        }
        catch (Exception e)
        {
            return Settle(e);
        }
    }

    /// <summary>The message converted into <paramref name="buffer"/>, so that it outlives the next read.</summary>
    private Message Hold(in Message response, PayloadBuffer buffer)
    {
        Count(ref _tally.ResponseMessages, ref _tally.ResponseBytes, response);
        var accepts = _server.AcceptsFor(response.Format);
        if (_payloads.Response(response.Format, accepts) is { } plan)
        {
            ConvertAnswer(plan, response, buffer);
        }
        else
        {
            buffer.Write(response.Payload.Span);
        }

        return response with { Payload = buffer.WrittenMemory, Format = accepts };
    }

    /// <summary>Client → backend, until the client half-closes. It never throws: a failure of the client's ends the call through its lifetime.</summary>
    private async Task PumpRequestsAsync()
    {
        var token = _lifetime.Token;
        using var buffer = new PayloadBuffer(_limits.MessageSize);
        try
        {
            while (true)
            {
                var read = _server.ReadAsync(token);
                var isTaken = true;
                try
                {
                    if (!read.IsCompleted)
                    {
                        await _client.FlushAsync(token);
                    }
                }
                catch (IOException)
                {
                    isTaken = false;
                }

                // Awaited also when the backend takes no more: no read is left behind.
                var request = await read;
                if (!isTaken || !await SendAsync(request, buffer, token))
                {
                    return;
                }
            }
        }
        catch (Exception e)
        {
            _requestFailure = Settle(e);
            _lifetime.End(_requestFailure.Status);
        }
    }

    /// <summary>Sends a request or, for null, the half-close; false when no more is to be sent.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> SendAsync(Message? request, PayloadBuffer buffer, CancellationToken token)
    {
        var message = request is { } read ? Convert(read, buffer) : (Message?)null;
        try
        {
            if (message is { } next)
            {
                await _client.WriteAsync(next, last: false, token);
                return true;
            }

            await _client.HalfCloseAsync(token);
        }
        catch (IOException)
        {
            // The backend no longer takes messages: the response pump brings its status.
        }

        return false;
    }

    /// <summary>Backend → client, until the backend ends. Flushes only before it waits, so messages that arrive together leave together.</summary>
    private async ValueTask<RelayResult> PumpResponsesAsync(PayloadBuffer buffer)
    {
        var token = _lifetime.Token;

        var opening = _client.ReadHeadAsync(token);
        if (!opening.IsCompleted)
        {
            await _server.FlushAsync(token);
        }

        var head = await opening;
        var read = _client.ReadAsync(token);
        if (ReferenceEquals(head, ResponseHead.Empty) && read.IsCompletedSuccessfully)
        {
            // Taken once: a pooled source gives its result only once.
            var first = read.Result;
            if (first is null && !_client.Status.IsOk)
            {
                // There is no answer to open, only a failure: an edge may still tell it in a status line.
                return Ended();
            }

            read = new(first);
        }

        await _server.WriteHeadAsync(head, token);
        for (var isFirst = true; ; isFirst = false)
        {
            read = isFirst ? read : _client.ReadAsync(token);
            if (!read.IsCompleted)
            {
                await _server.FlushAsync(token);
            }

            if (await read is not { } response)
            {
                return Ended();
            }

            Count(ref _tally.ResponseMessages, ref _tally.ResponseBytes, response);
            var accepts = _server.AcceptsFor(response.Format);
            if (_payloads.Response(response.Format, accepts) is { } plan)
            {
                buffer.Clear();
                ConvertAnswer(plan, response, buffer);
                response = response with { Payload = buffer.WrittenMemory, Format = accepts };
            }

            await _server.WriteAsync(response, token);
        }
    }

    /// <summary>Converts what the backend sent. What cannot be converted is the backend's fault, not the client's.</summary>
    private static void ConvertAnswer(PayloadPlan plan, in Message response, PayloadBuffer buffer)
    {
        try
        {
            plan.Convert(response.Payload.Span, buffer);
            buffer.ThrowIfOverLimit();
        }
        catch (CallException e)
        {
            var status = e.Status.Code == StatusCode.ResourceExhausted
                ? new CallStatus(StatusCode.ResourceExhausted, "The backend's answer: " + e.Status.Message) { HttpStatus = 502, Origin = StatusOrigin.Backend }
                : new CallStatus(StatusCode.Internal, "The backend's answer is not what its schema says: " + e.Status.Message) { HttpStatus = 502, Origin = StatusOrigin.Backend };
            throw new CallException(status, e);
        }
    }

    private Message Convert(Message request, PayloadBuffer buffer)
    {
        Count(ref _tally.RequestMessages, ref _tally.RequestBytes, request);
        if (_payloads.Request(request.Format, _client.FormatFor(request.Format)) is not { } plan)
        {
            return request;
        }

        buffer.Clear();
        plan.Convert(request.Payload.Span, buffer);
        buffer.ThrowIfOverLimit();
        return request with { Payload = buffer.WrittenMemory, Format = plan.To };
    }

    /// <summary>
    /// How the backend ended the call. Where the gateway had stopped the call by then, a failure the backend did not speak of itself
    /// is the echo of that (a process stopped, a stream reset), and the reason it was stopped for is the status.
    /// </summary>
    private RelayResult Ended()
    {
        var status = _client.Status;
        var isEcho = !status.IsOk && _lifetime.Token.IsCancellationRequested
            && (status.Code == StatusCode.Cancelled || status.Origin != StatusOrigin.Backend);
        return new(isEcho ? _lifetime.Reason : status);
    }

    private RelayResult Settle(Exception exception) => exception switch
    {
        CallException e => new(e.Status),
        OperationCanceledException when _lifetime.Token.IsCancellationRequested => new(_lifetime.Reason),
        _ => new(new CallStatus(StatusCode.Internal, "The gateway failed to carry this call."), exception),
    };

    private static void Count(ref long messages, ref long bytes, in Message message)
    {
        messages++;
        bytes += message.Payload.Length;
    }
}

/// <summary>What a relay settled.</summary>
/// <param name="Status">How the call ended.</param>
/// <param name="Surprise">The exception behind an INTERNAL status that nobody foresaw, for the log; else null.</param>
public readonly record struct RelayResult(CallStatus Status, Exception? Surprise = null);
