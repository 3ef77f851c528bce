namespace Transcoders.Protos;

/// <summary>What is wrong with a source, and where.</summary>
/// <param name="File">The name under which it is imported.</param>
/// <param name="Line">From 1; 0 when the whole file is meant.</param>
/// <param name="Column">From 1.</param>
/// <param name="Text">What is wrong, and what would be right.</param>
public sealed record ProtoProblem(string File, int Line, int Column, string Text)
{
    public override string ToString() => Line == 0 ? $"{File}: {Text}" : $"{File}({Line},{Column}): {Text}";
}

/// <summary>Ends the reading of one file; never leaves the room.</summary>
internal sealed class ProtoSyntaxException(ProtoPosition position, string message) : Exception(message)
{
    public ProtoPosition Position { get; } = position;
}

/// <summary>A place in a source, both from 1.</summary>
internal readonly record struct ProtoPosition(int Line, int Column);
