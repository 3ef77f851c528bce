using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Transcoders.Calls;

namespace Gateway.Own;

/// <summary>grpc.health.v1.Health. Source: PROTOCOLS §4.</summary>
internal sealed class HealthMethods(HealthBoard board)
{
    /// <summary>Most services that List names; a gateway with more refuses it, as gRPC's proposal A90 has it.</summary>
    private const int MaxListed = 100;

    private static readonly CallStatus Stopping = new(StatusCode.Unavailable, "The gateway is stopping.");

    /// <summary>`Check`: how one service is.</summary>
    public async IAsyncEnumerable<byte[]> CheckAsync(ChannelReader<byte[]> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var service = HealthMessages.ReadService(await requests.ReadAsync(cancellationToken));
        var status = board.Find(service);
        if (status == ServingStatus.ServiceUnknown)
        {
            throw new CallException(new CallStatus(StatusCode.NotFound, $"No service '{service}' is served here."));
        }

        yield return HealthMessages.Write(status);
    }

    /// <summary>`List`: how the gateway is, and each service that reflection would name.</summary>
    public async IAsyncEnumerable<byte[]> ListAsync(ChannelReader<byte[]> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await requests.ReadAsync(cancellationToken);
        var statuses = new List<(string, ServingStatus)> { ("", board.Find("")) };
        foreach (var service in board.Services.Values)
        {
            if (!service.IsGuarded)
            {
                statuses.Add((service.Name, board.Find(service)));
            }
        }

        if (statuses.Count > MaxListed)
        {
            throw new CallException(new CallStatus(StatusCode.ResourceExhausted, $"{statuses.Count} services are served here and at most {MaxListed} are listed; ask after one with Check."));
        }

        yield return HealthMessages.Write(statuses);
    }

    /// <summary>`Watch`: how one service is, and again whenever that has changed. A service that is not known may come with a reload.</summary>
    public async IAsyncEnumerable<byte[]> WatchAsync(ChannelReader<byte[]> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var service = HealthMessages.ReadService(await requests.ReadAsync(cancellationToken));
        if (!board.TryEnter())
        {
            throw new CallException(new CallStatus(StatusCode.ResourceExhausted, $"{HealthBoard.MaxWatches} watches are open, which is the most."));
        }

        try
        {
            ServingStatus? told = null;
            while (true)
            {
                // Taken before looking: what changes while we look or tell completes it.
                var change = board.NextChange;
                var isStopping = board.Stopped.IsCompleted;
                var status = board.Find(service);
                if (status != told)
                {
                    told = status;
                    yield return HealthMessages.Write(status);
                }

                if (isStopping)
                {
                    throw new CallException(Stopping);
                }

                await change.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            board.Leave();
        }
    }
}
