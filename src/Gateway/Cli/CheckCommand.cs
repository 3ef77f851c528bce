using Gateway.Backends.Stdio;
using Gateway.Configuration;
using Gateway.Dispatch;
using Gateway.Model;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Cli;

/// <summary>`gateway check`: everything a start would find wrong, and what it would serve.</summary>
internal static class CheckCommand
{
    private const int Good = 0;
    private const int HasProblems = 1;
    private const int Unreadable = 2;

    public static async Task<int> RunAsync(string file, TextWriter output, TextWriter errors, CancellationToken stop)
    {
        if (!File.Exists(file))
        {
            await errors.WriteLineAsync($"{file}: there is no such file.");
            return Unreadable;
        }

        var (config, problems) = GatewayConfigReader.Read(Path.GetFullPath(file), GatewayConfigReader.ProcessEnvironment());
        GatewayModel? model = null;
        if (config is not null)
        {
            await using var processes = new ProcessTable();
            var pins = new SchemaPins(SchemaPins.DefaultDirectory(GatewayConfigReader.ProcessEnvironment()), isReadOnly: true, NullLogger<SchemaPins>.Instance);
            var compiler = Protocols.Compiler(processes, TimeProvider.System, NullLoggerFactory.Instance, pins);
            (model, problems) = await compiler.CompileAsync(config, null, stop);
            if (model is not null)
            {
                problems = Forwarding.YarpBinder.Bind(config, model).Problems;
            }
        }

        if (model is null || problems.Count > 0)
        {
            foreach (var problem in problems)
            {
                await errors.WriteLineAsync(problem.ToString());
            }

            await errors.WriteLineAsync(problems.Count == 1 ? "1 problem." : $"{problems.Count} problems.");
            return HasProblems;
        }

        foreach (var route in model.Routes.Values.OrderBy(static r => r.Id, StringComparer.Ordinal))
        {
            Print(route, model.Clusters[route.ClusterId].Settings.Protocol, output);
        }

        return Good;
    }

    private static void Print(CallRoute route, string protocol, TextWriter output)
    {
        output.WriteLine($"route {route.Id} → cluster {route.ClusterId} ({protocol})");
        foreach (var edge in route.Edges.Values.OrderBy(static e => e.Edge, StringComparer.Ordinal))
        {
            output.WriteLine($"  {edge.Edge,-10} {Describe(edge)}");
            foreach (var (method, refusal) in edge.Refusals.OrderBy(static r => r.Key, StringComparer.Ordinal))
            {
                output.WriteLine($"             not {method}: {refusal.Text}");
            }
        }

        foreach (var binding in route.Rules?.Bindings ?? [])
        {
            output.WriteLine($"  {binding} → {binding.Method.FullName}");
        }
    }

    private static string Describe(EdgePlans edge) =>
        edge.IsPassThrough ? "forwarded as it is"
        : edge.Opaque is not null ? "opaque messages"
        : $"{edge.ByPath.Count} methods";
}
