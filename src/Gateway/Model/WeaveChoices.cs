using Gateway.Configuration;
using Transcoders.HttpRules;

namespace Gateway.Model;

/// <summary>Reads the declared choices of a route's URLs and bodies into those of the rules.</summary>
internal static class WeaveChoices
{
    /// <param name="http">The route's choices, presets applied.</param>
    /// <param name="schema">The cluster's schema: a service config in it has the last word on reserved characters. Null for none.</param>
    public static WeaveOptions Of(HttpEdgeOptions http, SchemaSettings? schema) => new()
    {
        UnknownQuery = http.UnknownQuery == "ignore" ? UnknownQuery.Ignore : UnknownQuery.Reject,
        IgnoreQuery = http.IgnoreQuery,
        IgnoreSystemParameters = http.SystemParameters == "ignore",
        PlusIsSpace = http.PlusAsSpace,
        CaseInsensitiveEnums = http.CaseInsensitiveEnums,
        EmptyBoolIsTrue = http.EmptyBoolAsTrue,
        MapQuery = http.MapQuery,
        KeepReservedEscapes = !(schema?.FullyDecodeReservedExpansion ?? http.FullyDecodeReservedExpansion),
        Conflict = http.FieldConflicts switch
        {
            "body-wins" => FieldConflict.BodyWins,
            "reject" => FieldConflict.Reject,
            _ => FieldConflict.UrlWins,
        },
        UnexpectedBody = http.UnexpectedBody == "ignore" ? UnexpectedBody.Ignore : UnexpectedBody.Reject,
        MaskFromBody = http.PatchMask == "body",
    };
}
