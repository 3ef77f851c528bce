using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;

namespace Transcoders.Tests.HttpRules;

/// <summary>Random messages in canonical JSON, by their descriptors; the same for the same seed.</summary>
internal sealed class RandomJson(Random random)
{
    private const int MaxDepth = 3;

    private static readonly string[] Texts = ["x", "", "a b", "a/b", "ä€𝄞", "100%", "a+b&c=d?e#f", "\"\\\n", "..", "%2F", "-", new string('y', 70)];

    /// <param name="message">The type.</param>
    /// <param name="forUrl">Only what a query can carry: no maps, no repeated messages, no free-form values, no empty messages.</param>
    /// <param name="depth">How deep this object is.</param>
    public JsonObject Message(MessageDescriptor message, bool forUrl, int depth = 0)
    {
        var json = new JsonObject();
        var oneofs = new HashSet<OneofDescriptor>();
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            if (random.Next(3) == 0 || (field.RealContainingOneof is { } oneof && !oneofs.Add(oneof)))
            {
                continue;
            }

            if (Field(field, forUrl, depth) is { } value)
            {
                json[field.JsonName] = value;
            }
        }

        return json;
    }

    private JsonNode? Field(FieldDescriptor field, bool forUrl, int depth)
    {
        if (field.IsMap)
        {
            return forUrl ? null : new JsonObject { ["k"] = Value(field.MessageType.FindFieldByNumber(2), forUrl, depth), ["l"] = Value(field.MessageType.FindFieldByNumber(2), forUrl, depth) };
        }

        if (!field.IsRepeated)
        {
            return Value(field, forUrl, depth);
        }

        var items = new JsonArray();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            if ((forUrl && field.FieldType == FieldType.Message && !IsScalar(field.MessageType)) || Value(field, forUrl, depth) is not { } item)
            {
                return null;
            }

            items.Add(item);
        }

        return items;
    }

    private JsonNode? Value(FieldDescriptor field, bool forUrl, int depth) => field.FieldType switch
    {
        FieldType.Message or FieldType.Group => OfMessage(field.MessageType, forUrl, depth),
        FieldType.String => Texts[random.Next(Texts.Length)],
        FieldType.Bytes => Convert.ToBase64String(Bytes()),
        FieldType.Bool => random.Next(2) == 0,
        FieldType.Enum => field.EnumType.FullName == "google.protobuf.NullValue" ? null : field.EnumType.Values[random.Next(field.EnumType.Values.Count)].Name,
        FieldType.Double or FieldType.Float => random.Next(4) switch { 0 => "NaN", 1 => "-Infinity", 2 => 0.5, _ => -3 },
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => random.NextInt64(long.MinValue, long.MaxValue).ToString(CultureInfo.InvariantCulture),
        FieldType.UInt64 or FieldType.Fixed64 => ((ulong)random.NextInt64()).ToString(CultureInfo.InvariantCulture),
        FieldType.UInt32 or FieldType.Fixed32 => (uint)random.Next(),
        _ => random.Next(int.MinValue, int.MaxValue),
    };

    private JsonNode? OfMessage(MessageDescriptor message, bool forUrl, int depth)
    {
        switch (message.FullName)
        {
            case "google.protobuf.Timestamp":
                return random.Next(2) == 0 ? "2024-02-29T12:00:00.500Z" : "0001-01-01T00:00:00Z";
            case "google.protobuf.Duration":
                return random.Next(2) == 0 ? "-1.500s" : "3s";
            case "google.protobuf.FieldMask":
                return "displayName,author.givenName";
            case "google.protobuf.Value":
                return random.Next(2) == 0 ? true : -7;
            case "google.protobuf.Struct":
                return forUrl ? null : new JsonObject { ["a"] = new JsonArray(1, null, "x") };
            case "google.protobuf.Empty":
                return forUrl ? null : new JsonObject();
            case "google.api.HttpBody":
                return null;
            case var name when name.StartsWith("google.protobuf.", StringComparison.Ordinal):
                return Value(message.FindFieldByNumber(1), forUrl, depth);
        }

        if (depth == MaxDepth)
        {
            return null;
        }

        var nested = Message(message, forUrl, depth + 1);
        return forUrl && IsEmpty(nested) ? null : nested;
    }

    /// <summary>A message whose fields all vanish leaves no trace in a query; those with defaults do.</summary>
    private static bool IsEmpty(JsonObject json) => json.Count == 0;

    private byte[] Bytes()
    {
        var bytes = new byte[random.Next(1, 6)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static bool IsScalar(MessageDescriptor message) => message.FullName is not ("google.protobuf.Struct" or "google.protobuf.Empty")
        && message.FullName.StartsWith("google.protobuf.", StringComparison.Ordinal);
}
