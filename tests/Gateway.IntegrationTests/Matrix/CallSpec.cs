namespace Gateway.IntegrationTests.Matrix;

/// <summary>One call as a behaviour asks for it: of library.v1.Behaviours, in JSON, whatever the edge makes of it.</summary>
internal sealed record CallSpec
{
    /// <summary>`Echo`, `Fail`, `Stream`, `Collect`, `Chat` or `Hang`.</summary>
    public required string Method { get; init; }

    /// <summary>The only request message; null when the call streams its requests.</summary>
    public string? Request { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The deadline the client asks for, in its protocol's own way.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Which of the backend's routes: "" is the plain one, see <see cref="Variants"/>.</summary>
    public string Variant { get; init; } = "";

    public bool StreamsRequests => Method is "Collect" or "Chat";

    public bool StreamsResponses => Method is "Stream" or "Chat";
}

/// <summary>The routes there are for each backend.</summary>
internal static class Variants
{
    /// <summary>With `Timeout` 1.5 s.</summary>
    public const string Timeout = "timeout";

    /// <summary>To the cluster whose calls may be killed.</summary>
    public const string Killable = "killable";

    /// <summary>Header by which a call chooses its route: `x-rig: grpc-timeout`.</summary>
    public const string Header = "x-rig";

    public static string Rig(string backend, string variant) => variant.Length == 0 ? backend : backend + "-" + variant;
}
