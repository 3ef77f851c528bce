using BenchmarkDotNet.Attributes;

namespace Benchmarks.Payloads;

/// <summary>Payload plans beside their floors and Google's converters on generated code.</summary>
[MemoryDiagnoser]
public class PayloadBenchmarks
{
    private PayloadCase _sample = null!;

    public static IEnumerable<string> Samples => PayloadSamples.All.Keys;

    [ParamsSource(nameof(Samples))]
    public string Sample { get; set; } = "";

    [GlobalSetup]
    public void Setup() => _sample = new PayloadCase(Sample);

    [Benchmark]
    public int PlanToWire() => _sample.PlanToWire();

    [Benchmark]
    public int ReaderFloor() => _sample.ReaderFloor();

    [Benchmark]
    public int TakingFloor() => _sample.TakingFloor();

    [Benchmark]
    public int PlanToJson() => _sample.PlanToJson();

    [Benchmark]
    public int WriterFloor() => _sample.WriterFloor();

    [Benchmark]
    public int GoogleToWire() => _sample.GoogleToWire();

    [Benchmark]
    public int GoogleToJson() => _sample.GoogleToJson();
}
