using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Benchmarks.Protos;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.Payloads;
using Transcoders.Schema;

namespace Benchmarks.Payloads;

/// <summary>One sample in both formats, with the plans, the floors and Google's converters on generated code.</summary>
internal sealed class PayloadCase
{
    private static readonly PayloadPlanCompiler Compiler = new(SchemaCatalog.FromDescriptorSets([Set()]));

    private readonly PayloadPlan _toWire;
    private readonly PayloadPlan _toJson;
    private readonly PayloadBuffer _output = new(16 * 1024 * 1024);
    private readonly ArrayBufferWriter<byte> _floorOutput = new(1024 * 1024);
    private readonly Utf8JsonWriter _writer;
    private readonly JsonToken[] _tokens;
    private readonly string _text;
    private readonly MessageDescriptor _descriptor;
    private readonly byte[] _room;

    public PayloadCase(string name)
    {
        var (message, wire) = PayloadSamples.All[name];
        Wire = wire;
        _descriptor = message.Descriptor;
        var type = SchemaCatalogMessage(_descriptor.FullName);
        _toWire = Compiler.JsonToProtobuf(type);
        _toJson = Compiler.ProtobufToJson(type);
        _toJson.Convert(Wire, _output);
        Json = _output.WrittenSpan.ToArray();
        _text = System.Text.Encoding.UTF8.GetString(Json);
        if (!JsonParser.Default.Parse(_text, _descriptor).Equals(message))
        {
            throw new InvalidOperationException($"The sample '{name}' did not survive.");
        }

        _room = new byte[Json.Length];
        _tokens = JsonFloors.Record(Json);
        _writer = new Utf8JsonWriter(_floorOutput, new JsonWriterOptions { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    public byte[] Wire { get; }

    public byte[] Json { get; }

    public int PlanToWire()
    {
        _output.Clear();
        _toWire.Convert(Json, _output);
        return _output.Length;
    }

    public int PlanToJson()
    {
        _output.Clear();
        _toJson.Convert(Wire, _output);
        return _output.Length;
    }

    public int ReaderFloor() => JsonFloors.Scan(Json);

    public int TakingFloor() => JsonFloors.ScanTaking(Json, _room);

    public int WriterFloor()
    {
        _floorOutput.ResetWrittenCount();
        _writer.Reset(_floorOutput);
        JsonFloors.Write(_tokens, _writer);
        return _floorOutput.WrittenCount;
    }

    public int GoogleToWire() => JsonParser.Default.Parse(_text, _descriptor).ToByteArray().Length;

    public int GoogleToJson() => JsonFormatter.Default.Format(_descriptor.Parser.ParseFrom(Wire)).Length;

    private static MessageDescriptor SchemaCatalogMessage(string name) =>
        SchemaCatalog.FromDescriptorSets([Set()]).FindMessage(name)!;

    private static ReadOnlyMemory<byte> Set()
    {
        var set = new FileDescriptorSet();
        set.File.Add(FileDescriptorProto.Parser.ParseFrom(ShelfReflection.Descriptor.SerializedData));
        return set.ToByteArray();
    }
}
