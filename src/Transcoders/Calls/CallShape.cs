namespace Transcoders.Calls;

/// <summary>How many messages flow in each direction.</summary>
[Flags]
public enum CallShape : byte
{
    /// <summary>One request, one response.</summary>
    Unary = 0,

    /// <summary>Many requests, one response.</summary>
    ClientStreaming = 1,

    /// <summary>One request, many responses.</summary>
    ServerStreaming = 2,

    /// <summary>Many requests, many responses, in any interleaving.</summary>
    Duplex = ClientStreaming | ServerStreaming,
}

public static class CallShapes
{
    public static bool StreamsRequests(this CallShape shape) => (shape & CallShape.ClientStreaming) != 0;

    public static bool StreamsResponses(this CallShape shape) => (shape & CallShape.ServerStreaming) != 0;
}
