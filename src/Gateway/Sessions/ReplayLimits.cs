namespace Gateway.Sessions;

/// <summary>The bounds of held streams.</summary>
/// <param name="Events">Most events held of one stream.</param>
/// <param name="Bytes">Most bytes held of one stream; one event may be larger, and is then held alone.</param>
/// <param name="Linger">How long a stream goes on without anybody who reads it.</param>
/// <param name="Streams">Most streams held of one route.</param>
public sealed record ReplayLimits(int Events, long Bytes, TimeSpan Linger, int Streams);
