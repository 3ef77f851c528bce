namespace Gateway.Bench.Driver;

/// <summary>One client that makes calls one after the other. Not for two callers at once.</summary>
internal interface ILoad : IAsyncDisposable
{
    /// <summary>Makes one call and returns how many units (calls or messages) it was worth.</summary>
    /// <exception cref="InvalidDataException">The answer was not the one expected: a wrong answer must not count as a fast one.</exception>
    Task<int> CallAsync(CancellationToken cancellationToken);
}
