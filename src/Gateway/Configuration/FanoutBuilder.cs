namespace Gateway.Configuration;

/// <summary>Makes the record of the keys `Shared…`, which several sections of a cluster have.</summary>
internal static class FanoutBuilder
{
    private static readonly FanoutSettings Defaults = new();

    /// <summary>The bounds; null where nothing is shared.</summary>
    public static FanoutSettings? Build(SettingsReader section) => !section.Flag("Shared", false) ? null : new FanoutSettings
    {
        Messages = section.Int32("SharedMessages", Defaults.Messages),
        Bytes = section.Size32("SharedBytes") ?? Defaults.Bytes,
        Linger = section.Duration("SharedLinger", Defaults.Linger),
    };
}
