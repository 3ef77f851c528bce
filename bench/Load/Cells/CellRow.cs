using System.Net.Sockets;

namespace Gateway.Bench.Driver.Cells;

/// <summary>One figure of a cell of the matrix.</summary>
/// <param name="Id">`edge-backend/what`, as --rows takes it.</param>
/// <param name="What">What is measured, as the table says it.</param>
/// <param name="Unit">`call` or `message`.</param>
/// <param name="Clients">How many clients at once.</param>
/// <param name="Connect">How clients of the gateway are made, once per row.</param>
internal sealed record CellRow(string Id, string What, string Unit, int Clients, Func<ServerProcess, Func<ILoad>> Connect)
{
    /// <summary>`gateway call` or `gateway stdio` and its target, when the gateway is a process of the row's own.</summary>
    public (string Command, string Target)? Stdio { get; init; }

    /// <summary>How clients of websocketd are made; null where it has no part.</summary>
    public Func<ServerProcess, Func<ILoad>>? Websocketd { get; init; }

    /// <summary>Most CPU per unit, as a part of websocketd's.</summary>
    public double? Target { get; init; }

    /// <summary>Most CPU per unit, in µs.</summary>
    public double? TargetMicroseconds { get; init; }

    /// <summary>Measures it, with the servers that are asked for.</summary>
    public async Task<CellResult> RunAsync(CellServers servers, LoadOptions options)
    {
        var own = Stdio is { } stdio ? servers.StartStdio(stdio.Command, stdio.Target) : null;
        try
        {
            var contenders = new List<Contender>();
            if (options.Contenders.Contains("gateway"))
            {
                contenders.Add(new Contender("gateway", own ?? servers.Gateway, Connect(own ?? servers.Gateway)));
            }

            if (Websocketd is not null && servers.Websocketd is { } websocketd)
            {
                contenders.Add(new Contender("websocketd", websocketd, Websocketd(websocketd)));
            }

            return new CellResult(this, await RowRunner.RunAsync(new LoadRow(Id, What, Unit, Clients, contenders, "websocketd", Target), options));
        }
        catch (Exception e) when (e is InvalidDataException or IOException or SocketException or HttpRequestException)
        {
            return new CellResult(this, new RowResult(new LoadRow(Id, What, Unit, Clients, [], "", null), new Dictionary<string, Sample>())) { Failure = e.Message };
        }
        finally
        {
            if (own is not null)
            {
                await own.DisposeAsync();
            }
        }
    }
}

/// <summary>What a row gave.</summary>
internal sealed record CellResult(CellRow Row, RowResult Result)
{
    public Sample? Gateway => Result.Medians.GetValueOrDefault("gateway");

    public Sample? Websocketd => Result.Medians.GetValueOrDefault("websocketd");

    /// <summary>Why it was not measured; null when it was.</summary>
    public string? Failure { get; init; }

    public bool MeetsTarget => Failure is null && Result.MeetsTarget && (Gateway is not { } own || Row.TargetMicroseconds is not { } most || own.CpuMicroseconds <= most);
}
