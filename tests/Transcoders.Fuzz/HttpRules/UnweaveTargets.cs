using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.HttpRules;
using Transcoders.Payloads;
using Transcoders.Schema;
using Transcoders.Tests.Protos;

namespace Transcoders.Fuzz.HttpRules;

/// <summary>Messages of strangers that become HTTP requests.</summary>
internal static class UnweaveTargets
{
    private static readonly (RequestUnweaver Unweaver, HttpBinding Binding)[] Methods = Compile(
    [
        new HttpRule { Get = "/v1/{f_string}/{f_int32}" },
        new HttpRule { Get = "/v1/{f_dish.name=dishes/**}:eat" },
        new HttpRule { Patch = "/v1/{f_dish.name}", Body = "f_dish" },
        new HttpRule { Post = "/v1", Body = "*" },
    ]);

    /// <summary>A request that is made can be read, and what was read makes the same request again.</summary>
    public static void Request(ReadOnlySpan<byte> input)
    {
        CallException? refusal = null;
        var accepted = false;
        foreach (var (unweaver, binding) in Methods)
        {
            try
            {
                using var body = new PayloadBuffer(1 << 20);
                var request = unweaver.Unweave(input.ToArray(), body);
                accepted = true;
                ComesBack(unweaver, binding, request, body);
            }
            catch (CallException e)
            {
                refusal = e;
            }
        }

        if (!accepted)
        {
            throw refusal!;
        }
    }

    private static void ComesBack(RequestUnweaver unweaver, HttpBinding binding, in UnwovenRequest request, PayloadBuffer body)
    {
        var target = request.Target.AsSpan();
        Pieces.Require(target[0] == '/' && !target.ContainsAnyExceptInRange('!', '~') && !target.Contains('#'), "the target is no path and query");
        var question = target.IndexOf('?');
        using var woven = new PayloadBuffer(1 << 20);
        using var again = new PayloadBuffer(1 << 20);
        try
        {
            binding.Weaver.Weave(
                question < 0 ? target : target[..question], question < 0 ? default : target[(question + 1)..], unweaver.Verb, request.ContentType,
                body.WrittenSpan, woven);
            Pieces.Require(unweaver.Unweave(woven.WrittenMemory, again).Target == request.Target, "the target changed on its way");
            Pieces.Require(again.WrittenSpan.SequenceEqual(body.WrittenSpan), "the body changed on its way");
        }
        catch (CallException e)
        {
            throw new InvalidOperationException($"The request we made is refused: {request.Target}: {e.Message}", e);
        }
    }

    private static (RequestUnweaver, HttpBinding)[] Compile(HttpRule[] rules)
    {
        var service = new ServiceDescriptorProto { Name = "Fuzz" };
        for (var i = 0; i < rules.Length; i++)
        {
            service.Method.Add(new MethodDescriptorProto { Name = $"M{i}", InputType = ".tests.kitchen.Kitchen", OutputType = ".tests.kitchen.Dish" });
            rules[i].Selector = $"tests.fuzz.Fuzz.M{i}";
        }

        var kitchen = FileDescriptorProto.Parser.ParseFrom(KitchenReflection.Descriptor.SerializedData);
        var file = new FileDescriptorProto { Name = "fuzz.proto", Package = "tests.fuzz", Syntax = "proto3", Dependency = { kitchen.Name }, Service = { service } };
        var catalog = SchemaCatalog.FromDescriptorSets([new FileDescriptorSet { File = { kitchen, file } }.ToByteArray()]);
        var plans = new PayloadPlanCompiler(catalog);
        var methods = new List<(RequestUnweaver, HttpBinding)>();
        foreach (var binding in HttpRuleTable.Build(catalog.Methods, new HttpRuleTableOptions { Rules = rules }, plans, out _).Bindings)
        {
            methods.Add((RequestUnweaver.Compile(binding, plans, out var problem) ?? throw new InvalidOperationException(problem), binding));
        }

        return [.. methods];
    }
}
