using System.Text;
using Gateway.Bench.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Gateway.Bench.Driver;

/// <summary>The three messages, the same every time, as protobuf and as ProtoJSON.</summary>
internal static class Payloads
{
    public static readonly Small Small = new() { Id = 7, Text = "a small message", Flag = true };

    public static readonly Rich Rich = MakeRich(1);

    public static readonly Large Large = MakeLarge();

    public static byte[] Json(IMessage message) => Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(message));

    private static Large MakeLarge()
    {
        var large = new Large();
        for (var i = 0; i < 32; i++)
        {
            large.Parts.Add(MakeRich(i));
        }

        return large;
    }

    private static Rich MakeRich(int seed)
    {
        var rich = new Rich
        {
            Name = $"projects/example/locations/europe/things/{seed}",
            Description = "A thing with a description of the usual length, quoted \"so\" and with an umlaut: ü.",
            Version = 1_000_000_007L * (seed + 1),
            Created = new Timestamp { Seconds = 1_767_000_000 + seed, Nanos = 123_000_000 },
            Lifetime = new Duration { Seconds = 3600, Nanos = 500_000_000 },
            Digest = ByteString.CopyFrom([.. Enumerable.Range(seed, 64).Select(i => (byte)i)]),
            User = "ann@example.com",
        };
        for (var i = 0; i < 8; i++)
        {
            rich.Labels.Add($"label-{i}", $"value-{seed}-{i}");
            rich.Samples.Add(seed + (i * 0.125));
        }

        for (var i = 0; i < 14; i++)
        {
            rich.Items.Add(new Item
            {
                Id = $"item-{seed}-{i}",
                Description = "One of the items of the thing, with some words about it.",
                Amount = 9_007_199_254_740_000L + i,
                Price = 9.99 + i,
                Kind = (Kind)(i % 3),
                Codes = { i, i * 100, i * 10_000 },
                Active = i % 2 == 0,
            });
        }

        return rich;
    }
}
