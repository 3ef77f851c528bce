using System.IO.Pipelines;
using Gateway.Dispatch;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.OutputCaching;
using Transcoders.Calls;
using Transcoders.HttpRules;
using Transcoders.Planning;
using Transcoders.Stdio;

namespace Gateway.Edges.Stdio;

/// <summary>Accepts calls that came over the gateway's own stdin, by `gateway call` and `gateway stdio`. Source: PROTOCOLS §10.7 cells 17–20.</summary>
internal sealed class StdioEdge(CallDispatcher dispatcher) : IHttpEdge
{
    private const string JsonType = "application/json";

    public string Name => StdioTraits.Name;

    public bool IsNegotiable => false;

    public bool Claims(HttpContext context) => context.Features.Get<StdioCall>() is not null;

    public ValueTask RefuseAsync(HttpContext context, CallRoute route, CallStatus status)
    {
        context.Features.GetRequiredFeature<StdioCall>().Settle(route, status);
        return default;
    }

    public async Task<CallStatus> HandleAsync(EdgeRequest request)
    {
        var context = request.Context;
        var call = context.Features.GetRequiredFeature<StdioCall>();
        if (context.Features.Get<IOutputCacheFeature>() is { } cache)
        {
            // The answer is not in the response: there is nothing to keep.
            cache.Context.AllowCacheStorage = false;
        }

        var status = await CallAsync(request, call);
        call.Settle(request.Route, status);
        return status;
    }

    private async Task<CallStatus> CallAsync(EdgeRequest request, StdioCall call)
    {
        // 1. Which method.
        var (plan, binding, refusal) = Resolve(request, call);
        if (plan is null)
        {
            return refusal!;
        }

        // 2. What it is asked. Where the URL or an empty message says everything, stdin is not waited for.
        var context = request.Context;
        var takesOne = !plan.Shape.StreamsRequests();
        if (takesOne && (call.IsTyped || (!call.IsGiven && (binding is { HasNoBody: true } || plan.Backend.IsSubscription || (plan.Method is null && IsBodiless(request.Verb))))))
        {
            context.Features.Set<IHttpRequestBodyDetectionFeature>(NoBody.Instance);
        }

        if (plan.Method is not null && (binding is null || context.Request.ContentType is null))
        {
            context.Request.ContentType = JsonType;
        }
        else if (plan.Method is null && takesOne && context.Request.ContentType is null && UrlRequestMessages.HasBody(context))
        {
            try
            {
                context.Request.ContentType = call.IsRaw ? null : await GuessTypeAsync(context.Request.BodyReader, call.Aborted);
            }
            catch (OperationCanceledException) when (call.Aborted.IsCancellationRequested)
            {
                return new CallStatus(StatusCode.Cancelled, "The client has gone.") { Origin = StatusOrigin.Client };
            }
        }

        // 3. The call.
        var head = request.MakeHead(plan.MethodName, plan.Shape);
        call.Begin(request.Route, plan);
        if (binding is not null)
        {
            using var woven = new UrlRequestMessages(request, binding, !takesOne);
            return await DispatchAsync(request, call, plan, head, woven.ReadAsync);
        }

        using var messages = new OpaqueRequestMessages(context, request.Route.Limits, plan, call.IsRaw);
        return await DispatchAsync(request, call, plan, head, plan.Method is not null && takesOne ? token => ReadOneAsync(messages, token) : messages.ReadAsync);
    }

    private Task<CallStatus> DispatchAsync(EdgeRequest request, StdioCall call, CallPlan plan, CallHead head, Func<CancellationToken, ValueTask<Message?>> read) =>
        dispatcher.DispatchAsync(
            new StdioServerCall(call, request, head, plan.Method is null, read), plan, request.Route, request.Plans.Labels, request.Destination);

    /// <summary>By name, by the HTTP rules of the schema, or the one plan of a route that has none.</summary>
    private static (CallPlan? Plan, HttpBinding? Binding, CallStatus? Refusal) Resolve(EdgeRequest request, StdioCall call)
    {
        var plans = request.Plans;
        if (call.MethodPath is { } path)
        {
            return plans.ByPath.TryGetValue(path, out var named) ? (named, null, null) : (null, null, Unserved(plans, path));
        }

        if (plans.Opaque is { } opaque)
        {
            return (opaque, null, null);
        }

        var (target, refusal) = UrlTarget.Find(request);
        return target is { } url ? (url.Plan, url.Binding, null) : (null, null, refusal);
    }

    private static bool IsBodiless(string verb) => HttpMethods.IsGet(verb) || HttpMethods.IsHead(verb) || HttpMethods.IsDelete(verb);

    /// <summary>Why a method has no plan here.</summary>
    internal static CallStatus Unserved(EdgePlans plans, string path) =>
        new(StatusCode.Unimplemented, plans.Refusals.TryGetValue(path.TrimStart('/'), out var problem) ? problem.Text : $"No method {path.TrimStart('/')} is served here.")
        {
            Origin = StatusOrigin.Client,
        };

    /// <summary>The one message of a method that takes one; nothing at all is the empty message.</summary>
    private static async ValueTask<Message?> ReadOneAsync(OpaqueRequestMessages messages, CancellationToken cancellationToken) =>
        await messages.ReadAsync(cancellationToken) is { } message
            ? message.Payload.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0 ? message with { Payload = "{}"u8.ToArray(), Format = PayloadFormat.Json } : message
            : null;

    /// <summary>What begins as a JSON object or array does is sent as one; of anything else only that it is text is assumed.</summary>
    private static async ValueTask<string?> GuessTypeAsync(PipeReader body, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await BodyReader.ReadAsync(body, cancellationToken);
            var first = FirstByte(result.Buffer);
            body.AdvanceTo(result.Buffer.Start, first is null && !result.IsCompleted ? result.Buffer.End : result.Buffer.Start);
            if (first is not null || result.IsCompleted)
            {
                return first is null ? null : first is (byte)'{' or (byte)'[' ? JsonType : "text/plain";
            }
        }
    }

    private static byte? FirstByte(in System.Buffers.ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes)
        {
            var at = segment.Span.IndexOfAnyExcept(" \t\r\n"u8);
            if (at >= 0)
            {
                return segment.Span[at];
            }
        }

        return null;
    }

    private sealed class NoBody : IHttpRequestBodyDetectionFeature
    {
        public static readonly NoBody Instance = new();

        public bool CanHaveBody => false;
    }
}
