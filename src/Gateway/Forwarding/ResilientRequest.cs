using System.Runtime.ExceptionServices;
using Gateway.Dispatch;
using Gateway.Edges;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Gateway.Forwarding;

/// <summary>One request of a cluster with resilience: runs the rest of YARP's pipeline once per attempt, each time for another destination.</summary>
internal sealed class ResilientRequest : IRepeatableRequest, IDisposable
{
    private const string IdempotencyKey = "Idempotency-Key";

    private readonly HttpContext _context;
    private readonly RequestDelegate _next;
    private readonly CallRoute _route;
    private readonly ResilienceTelemetry _telemetry;

    // Its continuations run where it is set, on purpose: the circuit hears of an answer before the client does.
    private readonly TaskCompletionSource _begun = new();

    private readonly IReadOnlyList<DestinationState> _destinations;
    private readonly Stream _originalBody;
    private readonly string? _contentType;
    private readonly KeyValuePair<string, StringValues>[] _headers;
    private readonly ReplayBody? _body;
    private List<DestinationState>? _tried;
    private Task _running = Task.CompletedTask;

    public ResilientRequest(HttpContext context, RequestDelegate next, CallRoute route, ClusterResilience resilience, ResilienceTelemetry telemetry)
    {
        _context = context;
        _next = next;
        _route = route;
        _telemetry = telemetry;
        Attempts = new CallAttempts(resilience, this);
        _destinations = context.GetReverseProxyFeature().AvailableDestinations;
        _originalBody = context.Request.Body;
        _contentType = context.Request.ContentType;
        _headers = context.Response.Headers.Count == 0 ? [] : [.. context.Response.Headers];
        HasBody = UrlRequestMessages.HasBody(context);
        if (resilience.Settings.Retry is { } retry && HasBody && !Upgrades.IsAskedFor(context.Request) && !(context.Request.ContentLength > retry.BodyLimit))
        {
            _body = new ReplayBody(_originalBody, retry.BodyLimit);
            context.Request.Body = _body.Open();
        }

        context.Response.OnStarting(
            static state =>
            {
                ((ResilientRequest)state).Begun();
                return Task.CompletedTask;
            },
            this);
    }

    public CallAttempts Attempts { get; }

    public bool IsIdempotent => IsIdempotentVerb(_context.Request.Method) || _context.Request.Headers.ContainsKey(IdempotencyKey);

    public bool IsOver => _context.RequestAborted.IsCancellationRequested;

    private bool HasBody { get; }

    public bool CanBeReadAgain(bool isSent)
    {
        if (!HasBody)
        {
            return !isSent || !Upgrades.IsAskedFor(_context.Request);
        }

        return _body is { IsWhole: true } && (!isSent || _body.IsComplete || _context.Request.ContentLength is not null);
    }

    public async ValueTask<AttemptResult> AttemptAsync(CancellationToken tooSlow)
    {
        Attempts.Begin(tooSlow);
        if (Attempts.Number > 1)
        {
            StartOver();
        }

        _running = GoOnAsync();
        if (!_running.IsCompleted)
        {
            await Task.WhenAny(_running, _begun.Task);
        }

        var result = Attempts.Settle();
        if (Attempts.Number > 1)
        {
            _telemetry.Retried(_route.Id, succeeded: !_running.IsFaulted && Attempts.Status is null or { IsOk: true });
        }

        return result;
    }

    /// <summary>Waits for the answer that began, and hands on what went wrong with it.</summary>
    public async Task FinishAsync(Exception? failure)
    {
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        await _running;
    }

    public void Dispose()
    {
        Attempts.Dispose();
        _body?.Dispose();
        if (_body is not null)
        {
            _context.Request.Body = _originalBody;
        }
    }

    private static bool IsIdempotentVerb(string verb) =>
        HttpMethods.IsGet(verb) || HttpMethods.IsHead(verb) || HttpMethods.IsPut(verb) || HttpMethods.IsDelete(verb) || HttpMethods.IsOptions(verb);

    /// <summary>Whatever follows throws into its task, not at the pipeline.</summary>
    private async Task GoOnAsync() => await _next(_context);

    private void Begun()
    {
        Attempts.MarkBegun();
        _body?.Forget();
        _begun.TrySetResult();
    }

    /// <summary>Puts request and response back to where the first attempt found them, with the destinations that were not tried.</summary>
    private void StartOver()
    {
        var feature = _context.GetReverseProxyFeature();
        if (feature.ProxiedDestination is { } failed)
        {
            (_tried ??= []).Add(failed);
        }

        var left = _destinations.Where(destination => !_tried!.Contains(destination)).ToList();
        feature.AvailableDestinations = _tried is null || left.Count == 0 ? _destinations : left;
        feature.ProxiedDestination = null;
        _context.Features.Set<IForwarderErrorFeature>(null);

        var response = _context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        _context.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = null;
        response.Headers.Clear();
        foreach (var (name, values) in _headers)
        {
            response.Headers[name] = values;
        }

        _context.Request.ContentType = _contentType;
        if (_body is not null)
        {
            _context.Request.Body = _body.Open();
        }
    }
}
