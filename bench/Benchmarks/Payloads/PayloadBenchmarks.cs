using BenchmarkDotNet.Attributes;

namespace Benchmarks.Payloads;

/// <summary>Payload plans beside their floors and Google's converters on generated code.</summary>
[MemoryDiagnoser]
public class PayloadBenchmarks
{
    private PayloadCase _sample = null!;

    [Params("small", "rich", "large", "escapes", "unicode", "numbers")]
    public string Sample { get; set; } = "";

    [GlobalSetup]
    public void Setup() => _sample = new PayloadCase(Sample);

    [Benchmark]
    public int PlanToWire() => _sample.PlanToWire();

    [Benchmark]
    public int ReaderFloor() => _sample.ReaderFloor();

    [Benchmark]
    public int PlanToJson() => _sample.PlanToJson();

    [Benchmark]
    public int WriterFloor() => _sample.WriterFloor();

    [Benchmark]
    public int GoogleToWire() => _sample.GoogleToWire();

    [Benchmark]
    public int GoogleToJson() => _sample.GoogleToJson();
}
