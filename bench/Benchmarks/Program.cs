using BenchmarkDotNet.Running;
using Benchmarks.Payloads;

// `--quick` prints ratios in seconds, for noisy machines; anything else goes to BenchmarkDotNet (`--filter '*'`).
if (args is ["--quick", ..])
{
    PayloadQuickTable.Print(Console.Out);
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(PayloadBenchmarks).Assembly).Run(args);
