using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Gateway.Edges.Stdio;
using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.Payloads;
using Transcoders.Schema;
using Transcoders.Stdio;

namespace Gateway.Cli;

/// <summary>`gateway call`: one call through the gateway, from stdin to stdout, in this process and without a port.</summary>
internal static class CallCommand
{
    /// <summary>Code of a command whose reader went away: what a shell shows of one that SIGPIPE ended.</summary>
    private const int BrokenPipe = 141;

    /// <summary>How long a cancelled call may take to stop its backend; a child process has its own ladder of signals within.</summary>
    private static readonly TimeSpan CancelPatience = TimeSpan.FromSeconds(10);

    /// <summary>How long a backend that cannot be told of the end of stdin may go on after it. Source: PROTOCOLS §10.7 cell 18.</summary>
    private static readonly TimeSpan DefaultLinger = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(CallOptions options)
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
            var (target, refusal) = CallTarget.Resolve(options.Target, host.Services.GetRequiredService<EndpointDataSource>().Endpoints);
            if (target is null)
            {
                await TellAsync(null, refusal!);
                return GatewayExitCode.From(refusal!.Code);
            }

            using var output = new StdioOutput(StandardStreams.OpenOutput());
            return await RunAsync(options, server, target, output, signals);
        }
    }

    /// <summary>Carries the call to its end and tells how it ended; the exit code.</summary>
    public static async Task<int> RunAsync(CallOptions options, StdioServer server, CallTarget target, StdioOutput output, CommandSignals signals)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var isTyped = options.Data is null && !Console.IsInputRedirected;
        using var call = new SingleCall(output, options.IsVerbose ? Console.Error : null)
        {
            Endpoint = target.Endpoint,
            MethodPath = target.MethodPath,
            Verb = target.Verb ?? (isTyped || (target.IsSubscription && options.Data is null) ? "GET" : "POST"),
            Target = target.Path,
            Headers = MakeHeaders(options, target),
            Body = options.Data is { } data ? PipeReader.Create(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(data))) : StandardStreams.OpenInput(ended.SetResult),
            IsTyped = isTyped,
            IsGiven = options.Data is not null,
            IsRaw = options.IsRaw,
            IsWrapped = options.IsWrapped,
        };
        using var interrupted = signals.Token.UnsafeRegister(static state => ((SingleCall)state!).Abort(), call);
        using var broken = output.Broken.UnsafeRegister(static state => ((SingleCall)state!).Abort(), call);
        if (options.Data is not null)
        {
            ended.SetResult();
        }

        var running = server.CallAsync(call);
        var lingered = await LingersAsync(running, ended.Task, () => options.Linger ?? (call.LacksHalfClose ? DefaultLinger : null), signals.Token);
        if (lingered)
        {
            call.Abort();
        }

        if (await EndsAsync(running, signals.Token) is not { } status)
        {
            return signals.ExitCode!.Value;
        }

        try
        {
            // What came before a failure is part of the answer.
            await call.FlushAsync(CancellationToken.None);
        }
        catch (CallException)
        {
            // Nobody reads it.
        }

        if (signals.ExitCode is { } interruptedBy)
        {
            return interruptedBy;
        }

        if (output.Broken.IsCancellationRequested)
        {
            return BrokenPipe;
        }

        if (lingered)
        {
            return 0;
        }

        await call.TellAsync(status.Trailers);
        if (!status.IsOk)
        {
            await TellAsync(call.Route?.StatusWriter, status);
        }

        return GatewayExitCode.From(status.Code);
    }

    /// <summary>True when the call still runs that long after the end of stdin; never when it may run as long as it likes.</summary>
    private static async Task<bool> LingersAsync(Task running, Task ended, Func<TimeSpan?> patience, CancellationToken interrupted)
    {
        var stopped = Task.Delay(Timeout.InfiniteTimeSpan, interrupted);
        await Task.WhenAny(running, ended, stopped);
        if (running.IsCompleted || !ended.IsCompleted || patience() is not { } linger)
        {
            return false;
        }

        await Task.WhenAny(running, stopped, Task.Delay(linger, CancellationToken.None));
        return !running.IsCompleted && !interrupted.IsCancellationRequested;
    }

    /// <summary>The status; null when the call was interrupted and would not end, as when our reader has stopped reading for good.</summary>
    private static async Task<CallStatus?> EndsAsync(Task<CallStatus> running, CancellationToken interrupted)
    {
        try
        {
            return await running.WaitAsync(interrupted);
        }
        catch (OperationCanceledException)
        {
            try
            {
                return await running.WaitAsync(CancelPatience);
            }
            catch (TimeoutException)
            {
                return null;
            }
        }
    }

    /// <summary>One line of JSON on stderr, as a gateway behind this one would read it.</summary>
    internal static async Task TellAsync(StatusWriter? writer, CallStatus status)
    {
        using var line = new PayloadBuffer(CallLimits.Default.MessageSize);
        (writer ?? new StatusJsonWriter(SchemaCatalog.BuiltIn)).Write(status, line);
        await Console.Error.WriteLineAsync(Encoding.UTF8.GetString(line.WrittenSpan));
    }

    private static HeaderDictionary MakeHeaders(CallOptions options, CallTarget target)
    {
        var headers = new HeaderDictionary();
        if (target.Host is not null)
        {
            headers["Host"] = target.Host;
        }

        foreach (var (name, value) in options.Headers)
        {
            headers.Append(name, value);
        }

        if (options.Timeout is { } timeout)
        {
            headers[RequestTimeout.ServerTimeoutHeader] = timeout.TotalSeconds.ToString("0.######", CultureInfo.InvariantCulture);
        }

        return headers;
    }
}
