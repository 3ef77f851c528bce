using System.Diagnostics;
using System.Globalization;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Listening;
using Grpc.Core;

namespace Gateway.IntegrationTests.Matrix.Edges;

/// <summary>The stdio edge: `gateway call`, a process of the real program for each call. Lines of stdin are the requests, its end the half-close.</summary>
/// <param name="file">The configuration file of the gateway: the program calls the backends itself.</param>
internal sealed class CommandDriver(string file) : IEdgeDriver
{
    public string Name => "stdio";

    public string Edge => "stdio";

    public bool IsSlow => true;

    public EdgeTraits Traits { get; } = new()
    {
        NoResponseHeaders = "stdout has room for messages only",
        NoTrailers = "stdout has room for messages only",
        NoSpans = "a command makes spans only for an exporter that it is told of",
    };

    /// <summary>The exit code: 64 and the number of the status.</summary>
    public int WireOf(StatusCode code) => code == StatusCode.OK ? 0 : 64 + (int)code;

    public async Task<EdgeCall> OpenAsync(string rig, CallSpec spec)
    {
        // By path and not by name: the header is to choose the route, as it does for every other edge.
        List<string> arguments = ["call", file, $"POST /library.v1.Behaviours/{spec.Method}", "-H", $"{Variants.Header}: {rig}"];
        foreach (var (name, value) in spec.Headers)
        {
            arguments.AddRange(["-H", $"{name}: {value}"]);
        }

        if (spec.Timeout is { } timeout)
        {
            arguments.AddRange(["--timeout", timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture) + "s"]);
        }

        var call = new Call(new CalledProgram(Quick(GatewayBinary.StartInfo([.. arguments]))));
        if (spec.Request is { } request)
        {
            await call.SendAsync(request);
            await call.HalfCloseAsync();
        }

        return call;
    }

    public void Dispose()
    {
    }

    /// <summary>A process for a single call has no use for what makes long ones fast.</summary>
    private static ProcessStartInfo Quick(ProcessStartInfo start)
    {
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_gcServer"] = "0";
        return start;
    }

    private sealed class Call(CalledProgram program) : EdgeCall
    {
        private CallEnd? _end;

        public override async Task SendAsync(string json)
        {
            try
            {
                await program.Input.WriteAsync((json + "\n").AsMemory(), Wait.Token());
                await program.Input.FlushAsync(Wait.Token());
            }
            catch (IOException)
            {
                // It has ended already: its exit says how.
            }
        }

        public override Task HalfCloseAsync()
        {
            program.Input.Close();
            return Task.CompletedTask;
        }

        public override async Task<string?> ReadAsync()
        {
            if (_end is not null)
            {
                return null;
            }

            if (await program.Lines.ReadLineAsync(Wait.Token()) is { } line)
            {
                return line;
            }

            var (exit, errors) = await program.ExitAsync();
            _end = End(exit, errors);
            return null;
        }

        public override async Task<CallEnd> EndAsync()
        {
            while (await ReadAsync() is not null)
            {
            }

            return _end!;
        }

        public override Task CancelAsync() => program.InterruptAsync();

        public override ValueTask DisposeAsync() => program.DisposeAsync();

        /// <summary>The status is the last line of stderr; before it the log may have spoken.</summary>
        private static CallEnd End(int exit, string errors)
        {
            if (exit == 0)
            {
                return new CallEnd { Code = StatusCode.OK };
            }

            var last = errors.TrimEnd('\n').Split('\n')[^1];
            if (!last.StartsWith('{'))
            {
                return CallEnd.Broken(new InvalidDataException($"No status on stderr: {errors}"), exit);
            }

            using var status = System.Text.Json.JsonDocument.Parse(last);
            return CallEnd.FromStatus(status.RootElement.Clone(), exit) with { Cause = errors.TrimEnd('\n')[..^last.Length] };
        }
    }
}
