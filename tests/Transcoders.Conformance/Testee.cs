using System.Text;
using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.Payloads;
using Transcoders.Schema;

namespace Transcoders.Conformance;

/// <summary>Answers the runner with what the payload plans make of its payloads. The messages are known by their descriptors only.</summary>
internal sealed class Testee
{
    // Field numbers as conformance.ConformanceResponse declares them.
    private const int ParseError = 1;
    private const int RuntimeError = 2;
    private const int ProtobufPayload = 3;
    private const int JsonPayload = 4;
    private const int Skipped = 5;
    private const int SerializeError = 6;

    /// <summary>Asked first: the failures that the program itself knows of.</summary>
    private const string FailureSet = "conformance.FailureSet";

    private readonly SchemaCatalog _catalog;
    private readonly PayloadPlanCompiler _strict;
    private readonly PayloadPlanCompiler _lenient;

    public Testee(ReadOnlyMemory<byte> descriptorSet)
    {
        _catalog = SchemaCatalog.FromDescriptorSets([descriptorSet]);
        _strict = new PayloadPlanCompiler(_catalog);
        _lenient = new PayloadPlanCompiler(_catalog, new PayloadPlanOptions { UnknownFields = UnknownFieldHandling.Ignore });
    }

    /// <summary>Appends the ConformanceResponse to <paramref name="answer"/>.</summary>
    public void Answer(ConformanceRequest request, PayloadBuffer answer)
    {
        if (request.MessageType == FailureSet)
        {
            Write(answer, ProtobufPayload, []);
        }
        else if (!Speaks(request.From) || !Speaks(request.To))
        {
            Write(answer, Skipped, "Only protobuf and JSON are spoken here."u8);
        }
        else if (_catalog.FindMessage(request.MessageType) is { } message)
        {
            Convert(request, message, answer);
        }
        else
        {
            Write(answer, RuntimeError, Encoding.UTF8.GetBytes($"The message type '{request.MessageType}' is not known."));
        }
    }

    private static bool Speaks(ConformanceFormat format) => format is ConformanceFormat.Protobuf or ConformanceFormat.Json;

    private void Convert(ConformanceRequest request, MessageDescriptor message, PayloadBuffer answer)
    {
        var compiler = request.IgnoresUnknownFields ? _lenient : _strict;
        using var wire = new PayloadBuffer(int.MaxValue / 2);

        // 1. Read: whatever comes is protobuf afterwards.
        try
        {
            var parse = request.From == ConformanceFormat.Json ? compiler.JsonToProtobuf(message) : compiler.ProtobufToProtobuf(message);
            parse.Convert(request.Payload.Span, wire);
        }
        catch (CallException failure)
        {
            Write(answer, ParseError, Encoding.UTF8.GetBytes(failure.Message));
            return;
        }

        if (request.To == ConformanceFormat.Protobuf)
        {
            Write(answer, ProtobufPayload, wire.WrittenSpan);
            return;
        }

        // 2. Write JSON: from the bytes as they came, where they came as protobuf.
        try
        {
            using var json = new PayloadBuffer(int.MaxValue / 2);
            compiler.ProtobufToJson(message).Convert(request.From == ConformanceFormat.Json ? wire.WrittenSpan : request.Payload.Span, json);
            Write(answer, JsonPayload, json.WrittenSpan);
        }
        catch (CallException failure)
        {
            Write(answer, SerializeError, Encoding.UTF8.GetBytes(failure.Message));
        }
    }

    private static void Write(PayloadBuffer answer, int field, ReadOnlySpan<byte> content)
    {
        var writer = new WireWriter(answer);
        writer.WriteTag(field, WireType.Length);
        writer.WriteLengthDelimited(content);
        writer.Flush();
    }
}
