using Google.Api;
using Google.Protobuf.Reflection;

namespace Transcoders.Descriptions;

/// <summary>What `google.api.field_behavior` says of a field. Source: AIP-203.</summary>
internal static class FieldBehaviors
{
    public static bool IsRequired(FieldDescriptor field) => Has(field, FieldBehavior.Required);

    /// <summary>Set by the server alone: what a client writes there is ignored.</summary>
    public static bool IsOutputOnly(FieldDescriptor field) => Has(field, FieldBehavior.OutputOnly);

    /// <summary>Written by clients and never answered.</summary>
    public static bool IsInputOnly(FieldDescriptor field) => Has(field, FieldBehavior.InputOnly);

    private static bool Has(FieldDescriptor field, FieldBehavior behavior) =>
        field.GetOptions()?.GetExtension(FieldBehaviorExtensions.FieldBehavior) is { } said && said.Contains(behavior);
}
