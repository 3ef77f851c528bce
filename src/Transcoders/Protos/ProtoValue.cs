namespace Transcoders.Protos;

internal enum ProtoValueKind : byte
{
    Identifier,
    Integer,
    Float,
    Text,
    Message,
    List,
}

/// <summary>The value of an option as written. Which type it must have is known later.</summary>
internal sealed class ProtoValue
{
    public required ProtoValueKind Kind { get; init; }

    public required ProtoPosition Position { get; init; }

    /// <summary>A minus stands before it.</summary>
    public bool IsNegative { get; init; }

    public string Identifier { get; init; } = "";

    public ulong Integer { get; init; }

    public double Float { get; init; }

    public byte[] Text { get; init; } = [];

    /// <summary>The fields of a message in braces.</summary>
    public IReadOnlyList<ProtoValueField> Fields { get; init; } = [];

    /// <summary>The elements of a list in brackets.</summary>
    public IReadOnlyList<ProtoValue> Elements { get; init; } = [];
}

/// <summary>One field of a message in braces.</summary>
/// <param name="Name">`name`, or the full name of an extension or, behind a slash, of the message of an Any.</param>
/// <param name="IsExtension">It stood in brackets.</param>
/// <param name="Value">What it is set to.</param>
/// <param name="Position">Where its name stands.</param>
internal sealed record ProtoValueField(string Name, bool IsExtension, ProtoValue Value, ProtoPosition Position);

/// <summary>One option as written: `(google.api.http).get = "/v1/x"`.</summary>
/// <param name="Path">Its names, each with whether it stood in parentheses.</param>
/// <param name="Value">What it is set to.</param>
/// <param name="Position">Where it begins.</param>
internal sealed record ProtoOption(IReadOnlyList<(string Name, bool IsExtension)> Path, ProtoValue Value, ProtoPosition Position);
