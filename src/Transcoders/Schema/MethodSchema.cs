using Google.Api;
using Google.Protobuf.Reflection;
using Transcoders.Calls;

namespace Transcoders.Schema;

/// <summary>One method of a schema: its names, its message types, its shape and how HTTP reaches it. Immutable.</summary>
public sealed class MethodSchema
{
    internal MethodSchema(MethodDescriptor descriptor)
    {
        Descriptor = descriptor;
        ServiceName = descriptor.Service.FullName;
        FullName = $"{ServiceName}/{descriptor.Name}";
        Path = $"/{FullName}";
        Input = descriptor.InputType;
        Output = descriptor.OutputType;
        Shape = (descriptor.IsClientStreaming ? CallShape.ClientStreaming : CallShape.Unary)
            | (descriptor.IsServerStreaming ? CallShape.ServerStreaming : CallShape.Unary);

        var options = descriptor.GetOptions();
        var rule = options?.GetExtension(AnnotationsExtensions.Http);
        HttpRules = rule is null ? [] : [rule];
        Idempotency = options?.IdempotencyLevel switch
        {
            MethodOptions.Types.IdempotencyLevel.NoSideEffects => MethodIdempotency.NoSideEffects,
            MethodOptions.Types.IdempotencyLevel.Idempotent => MethodIdempotency.Idempotent,
            _ => MethodIdempotency.Unknown,
        };
    }

    /// <summary>As it was declared.</summary>
    internal MethodDescriptor Descriptor { get; }

    /// <summary>`pkg.Service/Method`.</summary>
    public string FullName { get; }

    /// <summary>`pkg.Service`.</summary>
    public string ServiceName { get; }

    /// <summary>`/pkg.Service/Method`, the path of a gRPC request.</summary>
    public string Path { get; }

    public CallShape Shape { get; }

    /// <summary>True when the method's author said that calling it twice does no harm.</summary>
    public bool IsRepeatable => Idempotency != MethodIdempotency.Unknown;

    /// <summary>True when its author said that it only looks: it may be asked for with GET.</summary>
    public bool HasNoSideEffects => Idempotency == MethodIdempotency.NoSideEffects;

    public MessageDescriptor Input { get; }

    public MessageDescriptor Output { get; }

    /// <summary>The `google.api.http` annotation, its additional bindings nested as its author wrote them; empty when there is none.</summary>
    public IReadOnlyList<HttpRule> HttpRules { get; }

    public MethodIdempotency Idempotency { get; }

    public override string ToString() => FullName;
}
