using Gateway.Dispatch;
using Gateway.Edges.Stdio;
using Transcoders.Calls;
using Transcoders.Stdio;

namespace Gateway.Cli;

/// <summary>`gateway stdio`: a session of calls to one route over stdin and stdout, until stdin ends.</summary>
internal static class StdioCommand
{
    private const int BrokenPipe = 141;

    public static async Task<int> RunAsync(StdioOptions options)
    {
        using var signals = new CommandSignals();
        var server = new StdioServer();
        var (host, problem) = await InProcess.StartAsync(options.File, server, signals);
        if (host is null)
        {
            return problem;
        }

        await using (host)
        {
            var (target, refusal) = CallTarget.Resolve(options.Route, host.Services.GetRequiredService<EndpointDataSource>().Endpoints);
            var route = target?.Endpoint?.Metadata.GetMetadata<CallRoute>();
            var plans = route?.Edges.GetValueOrDefault(StdioTraits.Name);
            if (route is null || plans is null)
            {
                refusal ??= route is null
                    ? new CallStatus(StatusCode.NotFound, $"'{options.Route}' names no route; a session is with one.")
                    : new CallStatus(StatusCode.Unimplemented, $"The route '{route.Id}' does not serve stdio; it serves {string.Join(", ", route.Edges.Keys)}.");
                await CallCommand.TellAsync(null, refusal);
                return GatewayExitCode.From(refusal.Code);
            }

            using var output = new StdioOutput(StandardStreams.OpenOutput());
            var clock = host.Services.GetRequiredService<TimeProvider>();
            if (plans.Opaque is { } opaque && opaque.Shape.StreamsRequests())
            {
                // Neither side knows of calls: lines both ways until both have ended.
                var call = new CallOptions { File = options.File, Target = options.Route, Headers = options.Headers, Linger = StdioSession.DrainPatience };
                return await CallCommand.RunAsync(call, server, target!, output, signals);
            }

            using var session = new StdioSession(server, target!.Endpoint!, route, plans, options.Framing, output, clock) { Headers = options.Headers, Path = target.Path };
            var status = await session.RunAsync(StandardStreams.OpenInput().AsStream(), signals.Token);
            if (signals.ExitCode is { } interrupted)
            {
                return interrupted;
            }

            if (output.Broken.IsCancellationRequested)
            {
                return BrokenPipe;
            }

            if (!status.IsOk)
            {
                await CallCommand.TellAsync(route.StatusWriter, status);
            }

            return GatewayExitCode.From(status.Code);
        }
    }
}

/// <summary>What the command line of `gateway stdio` says.</summary>
internal sealed record StdioOptions
{
    public required string File { get; init; }

    /// <summary>The route's id.</summary>
    public required string Route { get; init; }

    public required StdioFraming Framing { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
}
