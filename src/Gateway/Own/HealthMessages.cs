using Google.Protobuf;

namespace Gateway.Own;

/// <summary>The messages of health.proto. Three fields are not worth generated code.</summary>
internal static class HealthMessages
{
    private static readonly uint Field1Text = WireFormat.MakeTag(1, WireFormat.WireType.LengthDelimited);
    private static readonly uint Field1Number = WireFormat.MakeTag(1, WireFormat.WireType.Varint);
    private static readonly uint Field2Text = WireFormat.MakeTag(2, WireFormat.WireType.LengthDelimited);

    /// <summary>The `service` of a HealthCheckRequest.</summary>
    /// <exception cref="InvalidProtocolBufferException">The bytes are none.</exception>
    public static string ReadService(byte[] request)
    {
        var input = new CodedInputStream(request);
        var service = "";
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            if (tag == Field1Text)
            {
                service = input.ReadString();
            }
            else
            {
                input.SkipLastField();
            }
        }

        return service;
    }

    /// <summary>A HealthCheckResponse. No status of ours is the default, so the field is always there.</summary>
    public static byte[] Write(ServingStatus status) => [(byte)Field1Number, (byte)status];

    /// <summary>A HealthListResponse.</summary>
    public static byte[] Write(IEnumerable<(string Service, ServingStatus Status)> statuses)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
        {
            foreach (var (service, status) in statuses)
            {
                var value = Write(status);
                output.WriteTag(Field1Text);
                output.WriteLength(1 + CodedOutputStream.ComputeStringSize(service) + 1 + CodedOutputStream.ComputeLengthSize(value.Length) + value.Length);
                output.WriteTag(Field1Text);
                output.WriteString(service);
                output.WriteTag(Field2Text);
                output.WriteBytes(ByteString.CopyFrom(value));
            }
        }

        return bytes.ToArray();
    }
}
