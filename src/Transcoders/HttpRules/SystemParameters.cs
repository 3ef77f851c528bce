using System.Collections.Frozen;

namespace Transcoders.HttpRules;

/// <summary>The query parameters that every Google API takes beside the fields of its requests (google.api.SystemParameters, cloud.google.com/apis/docs/system-parameters).</summary>
internal static class SystemParameters
{
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Bare = FrozenSet.Create(
        StringComparer.Ordinal,
        "access_token", "alt", "callback", "fields", "key", "oauth_token", "passwd", "prettyPrint", "quotaUser", "uploadType", "upload_protocol", "userProject")
        .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>True for what begins with `$`, which no field does, and for the names without it where the request has no such field.</summary>
    public static bool Is(ReadOnlySpan<char> name, MessageNode request) =>
        name.StartsWith('$') || (Bare.Contains(name) && request.Find(name) is null);

    /// <summary>True for one that asks for an answer in something else than JSON; `$alt=json;enum-encoding=int` does not.</summary>
    public static bool AsksForOther(ReadOnlySpan<char> name, ReadOnlySpan<char> rawValue) =>
        name is "alt" or "$alt" && !rawValue.StartsWith("json", StringComparison.OrdinalIgnoreCase);
}
