using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Transcoders.Protos;

/// <summary>Which message holds the options of which declaration.</summary>
internal static class OptionTypes
{
    /// <summary>Adds options to those a declaration has.</summary>
    /// <param name="owner">Its descriptor.</param>
    /// <param name="encode">Gives them serialised, as a message of that full name.</param>
    public static void Merge(object owner, Func<string, byte[]> encode)
    {
        switch (owner)
        {
            case FileDescriptorProto file:
                (file.Options ??= new Google.Protobuf.Reflection.FileOptions()).MergeFrom(encode("google.protobuf.FileOptions"));
                break;
            case DescriptorProto message:
                (message.Options ??= new MessageOptions()).MergeFrom(encode("google.protobuf.MessageOptions"));
                if (message.Options.MessageSetWireFormat)
                {
                    Widen(message);
                }

                break;
            case FieldDescriptorProto field:
                (field.Options ??= new FieldOptions()).MergeFrom(encode("google.protobuf.FieldOptions"));
                break;
            case OneofDescriptorProto oneof:
                (oneof.Options ??= new OneofOptions()).MergeFrom(encode("google.protobuf.OneofOptions"));
                break;
            case EnumDescriptorProto type:
                (type.Options ??= new EnumOptions()).MergeFrom(encode("google.protobuf.EnumOptions"));
                break;
            case EnumValueDescriptorProto value:
                (value.Options ??= new EnumValueOptions()).MergeFrom(encode("google.protobuf.EnumValueOptions"));
                break;
            case ServiceDescriptorProto service:
                (service.Options ??= new ServiceOptions()).MergeFrom(encode("google.protobuf.ServiceOptions"));
                break;
            case MethodDescriptorProto method:
                (method.Options ??= new MethodOptions()).MergeFrom(encode("google.protobuf.MethodOptions"));
                break;
            case DescriptorProto.Types.ExtensionRange range:
                // Most of what is said of a range is for compilers only: nothing may be left.
                if (encode("google.protobuf.ExtensionRangeOptions") is { Length: > 0 } said)
                {
                    (range.Options ??= new ExtensionRangeOptions()).MergeFrom(said);
                }

                break;
            default:
                throw new ArgumentException($"{owner.GetType()} has no options.", nameof(owner));
        }
    }

    /// <summary>The numbers of a message set go further than a field's: `max` is 2147483646 there.</summary>
    private static void Widen(DescriptorProto message)
    {
        foreach (var range in message.ExtensionRange)
        {
            if (range.End == 536_870_912)
            {
                range.End = int.MaxValue;
            }
        }
    }
}
