using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.Payloads;
using Transcoders.Schema;
using Transcoders.Tests.Protos;

namespace Transcoders.Tests.Payloads;

/// <summary>The test schemas, compiled from serialised descriptors as the gateway would, and short ways to convert with them.</summary>
internal static class Plans
{
    public static readonly SchemaCatalog Catalog = SchemaCatalog.FromDescriptorSets([Set(
        KitchenReflection.Descriptor, LegacyReflection.Descriptor, ModernReflection.Descriptor)]);

    public static readonly PayloadPlanCompiler Compiler = new(Catalog);

    public static readonly ExtensionRegistry Extensions = new() { LegacyExtensions.ExtNumber, LegacyExtensions.ExtTexts, Scope.Extensions.ExtOld };

    public static PayloadPlanCompiler With(Func<PayloadPlanOptions, PayloadPlanOptions> change) =>
        new(Catalog, change(PayloadPlanOptions.Default));

    public static MessageDescriptor Message(string name) =>
        Catalog.FindMessage(name) ?? throw new ArgumentException(name);

    public static byte[] ToWire(string message, string json, PayloadPlanCompiler? compiler = null) =>
        Run((compiler ?? Compiler).JsonToProtobuf(Message(message)), Encoding.UTF8.GetBytes(json));

    public static string ToJson(string message, byte[] wire, PayloadPlanCompiler? compiler = null) =>
        Encoding.UTF8.GetString(Run((compiler ?? Compiler).ProtobufToJson(Message(message)), wire));

    public static byte[] Run(PayloadPlan plan, ReadOnlySpan<byte> input, int limit = 64 * 1024 * 1024)
    {
        using var output = new PayloadBuffer(limit);
        plan.Convert(input, output);
        return output.WrittenSpan.ToArray();
    }

    public static T Parse<T>(string json, PayloadPlanCompiler? compiler = null)
        where T : IMessage<T>, new()
    {
        var parser = new MessageParser<T>(() => new T()).WithExtensionRegistry(Extensions);
        return parser.ParseFrom(ToWire(new T().Descriptor.FullName, json, compiler));
    }

    public static string Print(IMessage message, PayloadPlanCompiler? compiler = null) =>
        ToJson(message.Descriptor.FullName, message.ToByteArray(), compiler);

    /// <summary>Wire from hex, spaces allowed.</summary>
    public static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    public static ReadOnlyMemory<byte> Set(params FileDescriptor[] files)
    {
        var set = new FileDescriptorSet();
        foreach (var file in files)
        {
            set.File.Add(FileDescriptorProto.Parser.ParseFrom(file.SerializedData));
        }

        return set.ToByteArray();
    }
}
