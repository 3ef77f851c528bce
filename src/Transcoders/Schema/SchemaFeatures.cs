using System.Runtime.CompilerServices;
using Google.Protobuf.Reflection;

// The syntax is asked only where features do not exist; the resolved features are not public in Google.Protobuf.
#pragma warning disable CS0618

namespace Transcoders.Schema;

/// <summary>The features of a declaration that descriptors do not tell by themselves. Source: protobuf feature settings for editions.</summary>
public static class SchemaFeatures
{
    /// <summary>Files' own features. Descriptors hide them from their options, and a copy of a whole file for each field would be dear.</summary>
    private static readonly ConditionalWeakTable<FileDescriptor, FeatureSet> Files = [];

    /// <summary>True when a string field must hold UTF-8 on the wire: proto3, and editions unless `utf8_validation = NONE`.</summary>
    public static bool ValidatesUtf8(FieldDescriptor field)
    {
        ArgumentNullException.ThrowIfNull(field);
        return field.File.Syntax switch
        {
            Syntax.Proto2 => false,
            Syntax.Proto3 => true,
            _ => Validation(field) != FeatureSet.Types.Utf8Validation.None,
        };

        static FeatureSet.Types.Utf8Validation Validation(FieldDescriptor field)
        {
            var own = field.ToProto().Options?.Features;
            var file = OfFile(field.File);
            return own is { HasUtf8Validation: true } ? own.Utf8Validation
                : file.HasUtf8Validation ? file.Utf8Validation : FeatureSet.Types.Utf8Validation.Verify;
        }
    }

    /// <summary>True when the enum holds only the numbers it declares: proto2, and editions with `enum_type = CLOSED`.</summary>
    public static bool IsClosed(EnumDescriptor type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return type.File.Syntax switch
        {
            Syntax.Proto2 => true,
            Syntax.Proto3 => false,
            _ => Openness(type) == FeatureSet.Types.EnumType.Closed,
        };

        static FeatureSet.Types.EnumType Openness(EnumDescriptor type)
        {
            var own = type.ToProto().Options?.Features;
            var file = OfFile(type.File);
            return own is { HasEnumType: true } ? own.EnumType
                : file.HasEnumType ? file.EnumType : FeatureSet.Types.EnumType.Open;
        }
    }

    private static FeatureSet OfFile(FileDescriptor file) =>
        Files.GetValue(file, static file => file.ToProto().Options?.Features ?? new FeatureSet());
}
