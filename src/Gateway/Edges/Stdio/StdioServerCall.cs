using Transcoders.Calls;

namespace Gateway.Edges.Stdio;

/// <summary>The half towards whoever holds our stdin and stdout.</summary>
/// <param name="call">Takes the answer.</param>
/// <param name="request">The request that stands for the call.</param>
/// <param name="head">The call's head.</param>
/// <param name="isOpaque">True on a route without schema: messages leave in the format they come in.</param>
/// <param name="read">The next request message, or null.</param>
internal sealed class StdioServerCall(
    StdioCall call, EdgeRequest request, CallHead head, bool isOpaque, Func<CancellationToken, ValueTask<Message?>> read) : ServerCall
{
    public override CallHead Head => head;

    public override PayloadFormat Accepts => isOpaque ? PayloadFormat.Text : PayloadFormat.Json;

    public override CancellationToken Aborted => request.Context.RequestAborted;

    public override PayloadFormat AcceptsFor(PayloadFormat offered) =>
        isOpaque && offered != PayloadFormat.Protobuf ? offered : Accepts;

    public override ValueTask<Message?> ReadAsync(CancellationToken cancellationToken) => read(cancellationToken);

    public override async ValueTask WriteHeadAsync(ResponseHead head, CancellationToken cancellationToken)
    {
        var metadata = head.Metadata;
        if (request.Shaper is { } shaper)
        {
            await shaper.ShapeAsync(request.Context, head);
            metadata = new CallMetadata();
            foreach (var header in request.Context.Response.Headers)
            {
                foreach (var value in header.Value)
                {
                    metadata.Add(header.Key, value ?? "");
                }
            }
        }

        await call.WriteHeadAsync(metadata);
    }

    public override ValueTask WriteAsync(Message message, CancellationToken cancellationToken) => call.WriteAsync(message, cancellationToken);

    public override ValueTask FlushAsync(CancellationToken cancellationToken) => call.FlushAsync(cancellationToken);

    /// <summary>Nothing yet: the status is told by whoever made the call, and also when none was made.</summary>
    public override ValueTask CompleteAsync(CallStatus status) => default;
}
