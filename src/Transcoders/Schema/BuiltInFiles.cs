using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Google.Rpc.Context;
using Google.Type;

namespace Transcoders.Schema;

/// <summary>The descriptor files everybody imports and hardly anybody ships: google/protobuf, google/api, google/rpc, google/type.</summary>
internal static class BuiltInFiles
{
    /// <summary>Part of every catalogue, imported or not, so that the details of a status can be shown.</summary>
    public static readonly IReadOnlyList<string> Always =
    [
        "google/protobuf/any.proto",
        "google/protobuf/duration.proto",
        "google/protobuf/empty.proto",
        "google/protobuf/field_mask.proto",
        "google/protobuf/struct.proto",
        "google/protobuf/timestamp.proto",
        "google/protobuf/wrappers.proto",
        "google/rpc/code.proto",
        "google/rpc/error_details.proto",
        "google/rpc/status.proto",
    ];

    private static readonly Dictionary<string, ByteString> Files = Collect(
    [
        FileDescriptor.DescriptorProtoFileDescriptor,
        AnyReflection.Descriptor,
        ApiReflection.Descriptor,
        DurationReflection.Descriptor,
        EmptyReflection.Descriptor,
        FieldMaskReflection.Descriptor,
        SourceContextReflection.Descriptor,
        StructReflection.Descriptor,
        TimestampReflection.Descriptor,
        TypeReflection.Descriptor,
        WrappersReflection.Descriptor,
        AnnotationsReflection.Descriptor,
        Google.Api.HttpReflection.Descriptor,
        HttpbodyReflection.Descriptor,
        ClientReflection.Descriptor,
        FieldBehaviorReflection.Descriptor,
        FieldInfoReflection.Descriptor,
        ResourceReflection.Descriptor,
        RoutingReflection.Descriptor,
        VisibilityReflection.Descriptor,
        LaunchStageReflection.Descriptor,
        ErrorReasonReflection.Descriptor,
        MonitoredResourceReflection.Descriptor,
        LabelReflection.Descriptor,
        CodeReflection.Descriptor,
        ErrorDetailsReflection.Descriptor,
        StatusReflection.Descriptor,
        AttributeContextReflection.Descriptor,
        CalendarPeriodReflection.Descriptor,
        ColorReflection.Descriptor,
        DateReflection.Descriptor,
        DatetimeReflection.Descriptor,
        DayofweekReflection.Descriptor,
        DecimalReflection.Descriptor,
        ExprReflection.Descriptor,
        FractionReflection.Descriptor,
        IntervalReflection.Descriptor,
        LatlngReflection.Descriptor,
        LocalizedTextReflection.Descriptor,
        MoneyReflection.Descriptor,
        MonthReflection.Descriptor,
        PhoneNumberReflection.Descriptor,
        PostalAddressReflection.Descriptor,
        QuaternionReflection.Descriptor,
        TimeofdayReflection.Descriptor,
    ]);

    /// <summary>The serialised file of that name, or null when it is none of ours.</summary>
    public static ByteString? Find(string name) => Files.GetValueOrDefault(name);

    private static Dictionary<string, ByteString> Collect(IEnumerable<FileDescriptor> files)
    {
        var found = new Dictionary<string, ByteString>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            Add(file);
        }

        return found;

        void Add(FileDescriptor file)
        {
            if (found.TryAdd(file.Name, file.SerializedData))
            {
                foreach (var dependency in file.Dependencies)
                {
                    Add(dependency);
                }
            }
        }
    }
}
