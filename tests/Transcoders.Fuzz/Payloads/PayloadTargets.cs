using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.Payloads;
using Transcoders.Schema;
using Transcoders.Tests.Protos;

namespace Transcoders.Fuzz.Payloads;

/// <summary>Payload plans. What they accept must also come back: each direction checks itself against the other.</summary>
internal static class PayloadTargets
{
    private static readonly SchemaCatalog Catalog = SchemaCatalog.FromDescriptorSets([Set()]);
    private static readonly PayloadPlanCompiler Compiler = new(Catalog);

    private static readonly (PayloadPlan ToWire, PayloadPlan ToJson)[] Plans =
    [
        Both("tests.kitchen.Kitchen"), Both("tests.legacy.Old"), Both("tests.modern.Modern"),
    ];

    public static void JsonToProtobuf(ReadOnlySpan<byte> input)
    {
        Each(input, static (input, plans) =>
        {
            var wire = Convert(plans.ToWire, input);
            var json = Accepted(plans.ToJson, wire, "wire we wrote");
            Same(json, Accepted(plans.ToJson, Accepted(plans.ToWire, json, "JSON we wrote"), "wire we wrote"));

            // Whatever we take for JSON, others must too.
            using var document = JsonDocument.Parse(input.ToArray(), new JsonDocumentOptions { MaxDepth = 1000 });
        });
    }

    public static void ProtobufToJson(ReadOnlySpan<byte> input)
    {
        Each(input, static (input, plans) =>
        {
            var json = Convert(plans.ToJson, input);
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1000 });
            var wire = Accepted(plans.ToWire, json, "JSON we wrote");
            Same(json, Accepted(plans.ToJson, wire, "wire we wrote"));
        });
    }

    /// <summary>Tries the input as every message; it is refused when all refuse it.</summary>
    private static void Each(ReadOnlySpan<byte> input, Check check)
    {
        CallException? refusal = null;
        var accepted = false;
        foreach (var plans in Plans)
        {
            try
            {
                check(input, plans);
                accepted = true;
            }
            catch (CallException e)
            {
                refusal = e;
            }
        }

        if (!accepted && refusal is not null)
        {
            throw refusal;
        }
    }

    private static byte[] Convert(PayloadPlan plan, ReadOnlySpan<byte> input)
    {
        using var output = new PayloadBuffer(1024 * 1024);
        plan.Convert(input, output);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Accepted(PayloadPlan plan, ReadOnlySpan<byte> input, string what)
    {
        try
        {
            return Convert(plan, input);
        }
        catch (CallException e)
        {
            throw new InvalidOperationException($"The {what} is refused: {e.Message}", e);
        }
    }

    private static void Same(byte[] first, byte[] second)
    {
        if (!first.AsSpan().SequenceEqual(second))
        {
            throw new InvalidOperationException($"It changed on its way: {Encoding.UTF8.GetString(first)} became {Encoding.UTF8.GetString(second)}");
        }
    }

    private static (PayloadPlan ToWire, PayloadPlan ToJson) Both(string message)
    {
        var descriptor = Catalog.FindMessage(message) ?? throw new InvalidOperationException(message);
        return (Compiler.JsonToProtobuf(descriptor), Compiler.ProtobufToJson(descriptor));
    }

    private static ReadOnlyMemory<byte> Set()
    {
        var set = new FileDescriptorSet();
        foreach (var file in new[] { KitchenReflection.Descriptor, LegacyReflection.Descriptor, ModernReflection.Descriptor })
        {
            set.File.Add(FileDescriptorProto.Parser.ParseFrom(file.SerializedData));
        }

        return set.ToByteArray();
    }

    private delegate void Check(ReadOnlySpan<byte> input, (PayloadPlan ToWire, PayloadPlan ToJson) plans);
}
