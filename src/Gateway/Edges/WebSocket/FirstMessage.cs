using Transcoders.Calls;
using Transcoders.HttpRules;

namespace Gateway.Edges.WebSocket;

/// <summary>The first request message of a socket: what the client sends, with path and query bound into it.</summary>
internal sealed class FirstMessage(CallLimits limits, HttpBinding binding, string target, int pathLength) : IDisposable
{
    private readonly PayloadBuffer _buffer = new(limits.MessageSize);

    private ReadOnlySpan<char> Path => target.AsSpan(0, pathLength);

    private ReadOnlySpan<char> Query => pathLength == target.Length ? default : target.AsSpan(pathLength + 1);

    /// <summary>True when the URL alone makes the only request message, as a GET binding's does.</summary>
    public bool IsWhole => binding.HasNoBody && !binding.Method.Shape.StreamsRequests();

    /// <summary>The message that the URL alone makes, on loan until the next call.</summary>
    public Message FromUrl() => From(default, isText: true);

    /// <summary>The message of a payload and the URL, on loan until the next call.</summary>
    public Message From(ReadOnlyMemory<byte> payload, bool isText)
    {
        _buffer.Clear();
        if (isText)
        {
            binding.Weaver.Weave(Path, Query, binding.Verb, "application/json", payload.Span, _buffer);
        }
        else
        {
            // Concatenated messages merge, so what the URL says follows and wins.
            _buffer.Write(payload.Span);
            if (!binding.IsAutomatic)
            {
                binding.Weaver.WeaveUrl(Path, Query, _buffer);
            }
        }

        _buffer.ThrowIfOverLimit();
        return new Message(_buffer.WrittenMemory, PayloadFormat.Protobuf);
    }

    public void Dispose() => _buffer.Dispose();
}
