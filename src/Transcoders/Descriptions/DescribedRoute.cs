using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.HttpRules;
using Transcoders.Payloads;
using Transcoders.Schema;

namespace Transcoders.Descriptions;

/// <summary>What a route's documents are made of. Immutable.</summary>
public sealed record DescribedRoute
{
    public required SchemaCatalog Catalog { get; init; }

    public required HttpRuleTable Rules { get; init; }

    /// <summary>How JSON is printed.</summary>
    public required PayloadPlanOptions Payloads { get; init; }

    public required string Title { get; init; }

    /// <summary>The API's version; null takes it from the package of the first method (`library.v1` → `v1`).</summary>
    public string? Version { get; init; }

    /// <summary>How a stream is framed where the client leaves it open.</summary>
    public StreamFraming Framing { get; init; }

    /// <summary>What failures look like.</summary>
    public StatusFormat ErrorFormat { get; init; }

    /// <summary>Entries of maps can be set by the query.</summary>
    public bool MapQuery { get; init; }

    /// <summary>Name of the event that reports a failure.</summary>
    public string ErrorEvent { get; init; } = "error";

    /// <summary>The path clients use for a path of the rules (`/v1/shelves/{shelf}` → `/api/v1/shelves/{shelf}`); null where they have none.</summary>
    public Func<string, string?> PublicPath { get; init; } = static path => path;

    /// <summary>What is to be said of paths that cannot be told; null for nothing.</summary>
    public string? Note { get; init; }

    /// <summary>HTTP methods the route takes; null means all.</summary>
    public IReadOnlyList<string>? Methods { get; init; }

    /// <summary>Whether the HTTP edge serves a binding.</summary>
    public Func<HttpBinding, bool> OnHttp { get; init; } = static _ => true;

    /// <summary>Whether the SSE edge serves it.</summary>
    public Func<HttpBinding, bool> OnSse { get; init; } = static _ => false;

    /// <summary>Whether the WebSocket edge serves it.</summary>
    public Func<HttpBinding, bool> OnWebSocket { get; init; } = static _ => false;

    /// <summary>A path at which the WebSocket edge takes the subprotocol gateway.v1.json; null where it does not.</summary>
    public string? EnvelopePath { get; init; }
}
