using BenchmarkDotNet.Running;
using Benchmarks.Payloads;

// `--quick [SAMPLE…]` prints ratios in a minute, for noisy machines; anything else goes to BenchmarkDotNet (`--filter '*'`).
if (args is ["--quick", ..])
{
    PayloadQuickTable.Print(Console.Out, args[1..]);
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(PayloadBenchmarks).Assembly).Run(args);
