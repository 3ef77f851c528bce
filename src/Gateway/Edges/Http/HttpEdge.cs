using Gateway.Dispatch;
using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.HttpRules;
using Transcoders.Planning;

namespace Gateway.Edges.Http;

/// <summary>Accepts plain HTTP: google.api.http rules where the route has a schema, lines or bytes where it has none.</summary>
internal sealed class HttpEdge(CallDispatcher dispatcher) : IHttpEdge
{
    public string Name => HttpTraits.Name;

    public bool IsNegotiable => false;

    /// <summary>Every request is at least HTTP: this edge is asked last.</summary>
    public bool Claims(HttpContext context) => true;

    public ValueTask RefuseAsync(HttpContext context, CallRoute route, CallStatus status) =>
        StatusResponse.WriteAsync(context, route, status);

    public Task<CallStatus> HandleAsync(EdgeRequest request) =>
        request.Plans.Opaque is { } opaque ? HandleOpaqueAsync(request, opaque) : HandleMethodAsync(request);

    /// <summary>Not a state machine of its own: every call would pay for it.</summary>
    private Task<CallStatus> HandleMethodAsync(EdgeRequest request)
    {
        var (target, refusal) = UrlTarget.Find(request);
        if (target is not { } found)
        {
            return RefuseTargetAsync(request, refusal!);
        }

        var accept = request.Context.Request.Headers.Accept.ToString();
        var isStream = found.Plan.Shape.StreamsResponses();
        var refused = RefuseContentType(request, found) ?? (isStream ? null : RefuseAccept(accept, found.Binding));
        if (refused is not null)
        {
            return RefuseRequestAsync(request, refused);
        }

        if (found.Plan.Shape != CallShape.Unary)
        {
            BodyReader.AllowStreaming(request.Context, request.Route);
        }

        var head = request.MakeHead(found.Plan.MethodName, found.Plan.Shape);
        ServerCall call;
        if (isStream)
        {
            var messages = new UrlRequestMessages(request, found.Binding, found.Plan.Shape.StreamsRequests());
            call = new HttpStreamServerCall(request, head, ChooseFraming(request, accept, found.Binding), found.Binding.Response, messages, messages.ReadAsync);
        }
        else
        {
            call = new HttpServerCall(request, found.Binding, head);
        }

        return dispatcher.DispatchAsync(call, found.Plan, request.Route, request.Plans.Labels, request.Destination, request.Attempts);
    }

    private static async Task<CallStatus> RefuseTargetAsync(EdgeRequest request, CallStatus refusal)
    {
        await UrlTarget.RefuseAsync(request, refusal);
        return refusal;
    }

    private static async Task<CallStatus> RefuseRequestAsync(EdgeRequest request, CallStatus refusal)
    {
        await StatusResponse.WriteAsync(request.Context, request.Route, refusal);
        return refusal;
    }

    private async Task<CallStatus> HandleOpaqueAsync(EdgeRequest request, CallPlan plan)
    {
        BodyReader.AllowStreaming(request.Context, request.Route);
        var accept = request.Context.Request.Headers.Accept.ToString();
        if (request.Plans.OpaqueStream is { } streamed && WantsStream(accept))
        {
            plan = streamed;
        }

        var messages = new OpaqueRequestMessages(request.Context, request.Route.Limits, plan);
        var head = request.MakeHead("", plan.Shape);
        ServerCall call = plan.Shape.StreamsResponses()
            ? new HttpStreamServerCall(request, head, plan.Backend.Formats[0] == PayloadFormat.Binary ? StreamFraming.Raw : ChooseFraming(request, accept, null), null, messages, messages.ReadAsync)
            : new HttpOpaqueServerCall(request, head, messages);
        return await dispatcher.DispatchAsync(call, plan, request.Route, request.Plans.Labels, request.Destination, request.Attempts);
    }

    /// <summary>True when the client asks for many messages where others get one answer.</summary>
    private static bool WantsStream(string accept) =>
        AcceptHeader.Names(accept, "application/x-ndjson") || AcceptHeader.Names(accept, "application/json-seq");

    /// <summary>
    /// Only JSON is read as JSON. A form or plain text is what a foreign page can send without asking (CORS),
    /// so it is refused, not guessed at.
    /// </summary>
    private static CallStatus? RefuseContentType(EdgeRequest request, in UrlTarget target)
    {
        if (target.Binding.HasNoBody || target.Binding.Weaver.BodyIsHttpBody || !UrlRequestMessages.HasBody(request.Context))
        {
            return null;
        }

        return request.Context.Request.ContentType is not { } type || JsonMediaTypes.IsJson(type)
            ? null
            : new CallStatus(StatusCode.InvalidArgument, $"Content-Type '{type}' is not read here; send application/json, or application/x-ndjson for a stream.")
            {
                HttpStatus = StatusCodes.Status415UnsupportedMediaType,
                Origin = StatusOrigin.Client,
            };
    }

    private static CallStatus? RefuseAccept(string accept, HttpBinding binding) =>
        binding.Response.IsHttpBody || AcceptHeader.Quality(accept, "application/json") > 0 || IsOnlyOfErrors(accept)
            ? null
            : new CallStatus(StatusCode.InvalidArgument, $"This answer is application/json, which Accept '{accept}' rules out.")
            {
                HttpStatus = StatusCodes.Status406NotAcceptable,
                Origin = StatusOrigin.Client,
            };

    /// <summary>A header that names problem+json alone says how failures are wanted, and nothing against success.</summary>
    private static bool IsOnlyOfErrors(string accept) => AcceptHeader.Names(accept, "application/problem+json") && !accept.Contains(',', StringComparison.Ordinal);

    /// <summary>The framing by Accept, in the order of PROTOCOLS §10.4; the route's own choice where the client leaves it open.</summary>
    private static StreamFraming ChooseFraming(EdgeRequest request, string accept, HttpBinding? binding)
    {
        if (binding is { Response.IsHttpBody: true })
        {
            return StreamFraming.Raw;
        }

        var chosen = Framing(request.Route.Settings.Options.Http.Stream);
        if (AcceptHeader.Names(accept, "application/x-ndjson"))
        {
            return chosen is StreamFraming.NdjsonBare or StreamFraming.StatusLines ? StreamFraming.NdjsonBare : StreamFraming.Ndjson;
        }

        if (AcceptHeader.Names(accept, "application/json"))
        {
            // The clients of the servers that are imitated accept application/json, and read lines.
            return chosen is StreamFraming.ResultLines or StreamFraming.StatusLines ? chosen : StreamFraming.Array;
        }

        if (AcceptHeader.Names(accept, "application/json-seq"))
        {
            return StreamFraming.JsonSeq;
        }

        if (binding is null && AcceptHeader.Names(accept, "text/plain"))
        {
            return StreamFraming.TextLines;
        }

        return chosen;
    }

    private static StreamFraming Framing(string stream) => stream switch
    {
        "array" => StreamFraming.Array,
        "ndjson-bare" => StreamFraming.NdjsonBare,
        "grpc-gateway" => StreamFraming.ResultLines,
        "aspnet" => StreamFraming.StatusLines,
        _ => StreamFraming.Ndjson,
    };
}
