using Transcoders.Calls;
using Transcoders.Planning;

namespace Gateway.Edges.WebSocket;

/// <summary>Verb and path that a start frame named, `GET /v1/items/a?x=1`.</summary>
internal readonly record struct EnvelopeTarget(string Verb, string Target, int PathLength)
{
    /// <summary>Null for what names a method, or nothing.</summary>
    public static EnvelopeTarget? Read(string? method)
    {
        var space = method?.IndexOf(' ', StringComparison.Ordinal) ?? 0;
        if (space <= 0)
        {
            return null;
        }

        var target = method![(space + 1)..];
        var question = target.IndexOf('?', StringComparison.Ordinal);
        return new EnvelopeTarget(method[..space], target, question < 0 ? target.Length : question);
    }
}

/// <summary>The head of a call among several: the socket's, with what the start frame says of its own.</summary>
internal static class EnvelopeHead
{
    public static CallHead Make(EdgeRequest request, CallPlan plan, CallMetadata? headers, long? timeoutMs, EnvelopeTarget? named)
    {
        var shape = OneRequest.Suits(plan) ? OneRequest.Shape(plan) : plan.Shape;
        var head = request.MakeHead(plan.MethodName, shape);
        if (plan.Method is null)
        {
            var options = request.Route.Settings.Options.WebSocket;
            if (named is { } target)
            {
                head = head with { Verb = target.Verb, Target = target.Target };
            }
            else if (OneRequest.Suits(plan))
            {
                head = head with { Verb = options.Verb };
            }
            else if (plan.Backend.IsSubscription)
            {
                head = head with { Verb = options.Start == "open" ? HttpMethods.Get : HttpMethods.Post };
            }

            if (plan.Backend.IsSubscription)
            {
                head = LastEventId.Apply(head, options.LastEventId);
            }
        }

        foreach (ref readonly var entry in headers is null ? default : headers.AsSpan())
        {
            if (request.Route.Metadata.Passes(entry.Key))
            {
                head.Metadata.Add(entry.Key, entry.Value);
            }
            else if (plan.Backend.IsSubscription && entry.Key.Equals(LastEventId.Header, StringComparison.OrdinalIgnoreCase))
            {
                head.Metadata.Remove(LastEventId.Header);
                head.Metadata.Add(LastEventId.Header, entry.Value);
            }
            else if (plan.Method is null && entry.Key.Equals("content-type", StringComparison.OrdinalIgnoreCase))
            {
                head = head with { ContentType = entry.Value };
            }
        }

        return timeoutMs is { } asked ? head with { Deadline = request.Route.DeadlineFor(shape, TimeSpan.FromMilliseconds(asked), request.Clock) } : head;
    }
}
