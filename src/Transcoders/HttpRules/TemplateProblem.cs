namespace Transcoders.HttpRules;

/// <summary>Why a text is not a template.</summary>
/// <param name="Position">Offset of the offending character in the text, from zero.</param>
/// <param name="Text">What is wrong and what would be right.</param>
public sealed record TemplateProblem(int Position, string Text)
{
    public override string ToString() => $"at offset {Position}: {Text}";
}
