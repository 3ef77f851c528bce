namespace Gateway.Configuration;

/// <summary>Makes the part of `Options:Http` that says what URLs and JSON mean, over the preset that the file names.</summary>
internal static class HttpRuleOptionsBuilder
{
    /// <param name="http">The section.</param>
    /// <param name="rest">Reads the other keys of the section over defaults.</param>
    public static HttpEdgeOptions Build(SettingsReader http, Func<SettingsReader, HttpEdgeOptions, HttpEdgeOptions> rest)
    {
        var defaults = HttpCompat.Defaults(http.Word("Compat", "none"));
        return rest(http, defaults) with
        {
            Compat = defaults.Compat,
            FieldConflicts = http.Word("FieldConflicts", defaults.FieldConflicts),
            UnexpectedBody = http.Word("UnexpectedBody", defaults.UnexpectedBody),
            SystemParameters = http.Word("SystemParameters", defaults.SystemParameters),
            PlusAsSpace = http.Flag("PlusAsSpace", defaults.PlusAsSpace),
            CaseInsensitiveEnums = http.Flag("CaseInsensitiveEnums", defaults.CaseInsensitiveEnums),
            EmptyBoolAsTrue = http.Flag("EmptyBoolAsTrue", defaults.EmptyBoolAsTrue),
            MapQuery = http.Flag("MapQuery", defaults.MapQuery),
            FullyDecodeReservedExpansion = http.Flag("FullyDecodeReservedExpansion", defaults.FullyDecodeReservedExpansion),
            PatchMask = http.Word("PatchMask", defaults.PatchMask),
            GrpcMetadata = http.Flag("GrpcMetadata", defaults.GrpcMetadata),
            Int64AsNumbers = http.Flag("Int64AsNumbers", defaults.Int64AsNumbers),
            EmitNulls = http.Flag("EmitNulls", defaults.EmitNulls),
        };
    }
}
