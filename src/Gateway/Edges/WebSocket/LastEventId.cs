using Transcoders.Calls;

namespace Gateway.Edges.WebSocket;

/// <summary>The cursor of a stream that is taken up again: a browser can set no header on a handshake, so it comes in the query.</summary>
internal static class LastEventId
{
    public const string Header = "last-event-id";

    /// <summary>`/feed?a=1&amp;lastEventId=41` → `/feed?a=1` and `last-event-id: 41`. A head without the parameter stays as it is.</summary>
    public static CallHead Apply(CallHead head, string parameter)
    {
        var target = head.Target.AsSpan();
        var question = target.IndexOf('?');
        if (question < 0)
        {
            return head;
        }

        var query = target[(question + 1)..];
        foreach (var range in query.Split('&'))
        {
            var pair = query[range];
            var equals = pair.IndexOf('=');
            if (equals < 0 || !pair[..equals].SequenceEqual(parameter))
            {
                continue;
            }

            var value = Uri.UnescapeDataString(pair[(equals + 1)..].ToString());
            if (!MetadataText.IsValue(value))
            {
                return head;
            }

            head.Metadata.Remove(Header);
            head.Metadata.Add(Header, value);
            return head with { Target = Without(target, question, range) };
        }

        return head;
    }

    private static string Without(ReadOnlySpan<char> target, int question, Range range)
    {
        var query = target[(question + 1)..];
        var (start, length) = range.GetOffsetAndLength(query.Length);
        var before = query[..start].TrimEnd('&');
        var after = query[(start + length)..].TrimStart('&');
        var path = target[..question];
        return before.IsEmpty && after.IsEmpty ? path.ToString()
            : before.IsEmpty || after.IsEmpty ? string.Concat(path, "?", before, after)
            : string.Concat(string.Concat(path, "?", before), "&", after);
    }
}
