namespace Gateway.IntegrationTests.Matrix;

/// <summary>What must hold in every cell. A new behaviour is a row here.</summary>
internal static partial class BehaviourList
{
    private const int ManyMessages = 10_000;
    private const int ManySize = 8_192;
    private const int Mebibyte = 1024 * 1024;

    /// <summary>Text that breaks careless escaping: UTF-8 of two, three and four bytes, a line end with a header after it, percent, quote.</summary>
    private const string HostileText = "caf\u00e9 \u2603 \U0001F600 100%25\r\nx-injected: yes\r\n\r\n\"quoted\"";

    public static IReadOnlyList<Behaviour> All { get; } =
    [
        new("success, unary", UnaryAsync, Always),
        new("success, server stream", ServerStreamAsync, Always),
        new("success, client stream", ClientStreamAsync, NeedsRequestStream),
        new("success, both directions interleaved", InterleavedAsync, NeedsDuplex),
        new("half-close reaches the backend", HalfCloseAsync, NeedsDuplex),
        new("error before the first message", ErrorFirstAsync, Always),
        new("error before the first message of a stream", StreamErrorFirstAsync, Always),
        new("error after the first message is visible", ErrorLateAsync, Always),
        new("error ends a stream whose client still sends", ErrorWhileSendingAsync, NeedsDuplex),
        new("client cancel reaches the backend", CancelAsync, Always),
        new("client cancel of an unanswered call reaches the backend", CancelUnansweredAsync, Always),
        new("deadline of the client", DeadlineAsync, Always),
        new("deadline of the route", RouteDeadlineAsync, static cell => NotApplicable.When(cell.IsForwarded ? cell.Edge.Traits.NoForwardedDeadline : null)) { IsGateways = true },
        new("a message of 1 MiB", LargeMessageAsync, Always),
        new("10,000 messages past a stalled reader", StalledReaderAsync, Always),
        new("10,000 messages from the client", ManyRequestsAsync, static cell => NeedsRequestStream(cell) ?? NotApplicable.When(cell.IsForwarded ? null : cell.Edge.Traits.NoRequestPressure)),
        new("metadata allowed and denied", MetadataAsync, static cell => NotApplicable.When(cell.Backend.Traits.NoMetadata ?? (cell.IsForwarded ? cell.Edge.Traits.NoForwardedMetadata : null))) { IsGateways = true },
        new("metadata of the answer", ResponseMetadataAsync, static cell => NotApplicable.When(cell.Backend.Traits.NoResponseMetadata ?? cell.Edge.Traits.NoResponseHeaders)),
        new("trailers", TrailersAsync, static cell => NotApplicable.When(cell.Backend.Traits.NoTrailers ?? cell.Edge.Traits.NoTrailers)),
        new("trace context", static cell => TraceAsync(cell, isTraced: false), Always),
        new("trace context, traced by the gateway", static cell => TraceAsync(cell, isTraced: true), static cell => NotApplicable.When(cell.Edge.Traits.NoSpans)) { IsGateways = true },
        new("backend killed before the first message", KilledEarlyAsync, Always),
        new("backend killed in mid-stream", KilledLateAsync, Always),
        new("16 status codes, hostile text", StatusesAsync, Always),
        new("16 status codes told by the wire alone", BareStatusesAsync, static cell => NotApplicable.When(cell.IsForwarded ? cell.Edge.Traits.NoForwardedMetadata : null)),
        new("details of a status", DetailsAsync, static cell => NotApplicable.When(cell.Backend.Traits.NoDetails)),
    ];

    private static NotApplicable? Always(Cell cell) => null;

    private static NotApplicable? NeedsRequestStream(Cell cell) => NotApplicable.When(cell.Edge.Traits.NoRequestStream ?? cell.Backend.Traits.NoRequestStream);

    private static NotApplicable? NeedsDuplex(Cell cell) => NeedsRequestStream(cell) ?? NotApplicable.When(cell.IsForwarded ? null : cell.Backend.Traits.NoDuplex);
}
