namespace Transcoders.HttpRules;

/// <summary>Why a rule cannot be served.</summary>
/// <param name="Method">The method, `pkg.Service/Method`; the selector when no method answers to it.</param>
/// <param name="Binding">The binding as its author wrote it, `GET /v1/{name}`; empty when the rule has none.</param>
/// <param name="Field">The field path, variable or key at fault; empty when it is none in particular.</param>
/// <param name="Text">What is wrong and what would be right.</param>
public sealed record HttpRuleProblem(string Method, string Binding, string Field, string Text)
{
    public override string ToString()
    {
        var at = Binding.Length == 0 ? Method : $"{Method}: {Binding}";
        return Field.Length == 0 ? $"{at}: {Text}" : $"{at}: {Field}: {Text}";
    }
}
