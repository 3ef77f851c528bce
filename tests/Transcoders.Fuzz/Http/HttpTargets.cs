using System.Buffers;
using System.Text;
using System.Text.Json;
using Transcoders.Http;
using static Transcoders.Fuzz.Pieces;

namespace Transcoders.Fuzz.Http;

/// <summary>Bodies and header values as a hostile HTTP client may send them.</summary>
internal static class HttpTargets
{
    /// <summary>A body that arrives in pieces gives the values it gives in one, and each is JSON.</summary>
    public static void JsonValues(ReadOnlySpan<byte> input)
    {
        var whole = Read(input, null);
        foreach (var value in whole)
        {
            using var document = JsonDocument.Parse(value, new JsonDocumentOptions { MaxDepth = 20 });
        }

        var pieces = Read(input, RandomOf(input));
        Require(pieces.Count == whole.Count, "another number of values");
        for (var i = 0; i < whole.Count; i++)
        {
            Require(pieces[i].AsSpan().SequenceEqual(whole[i]), "another value");
        }
    }

    public static void Accept(ReadOnlySpan<byte> input)
    {
        var text = Encoding.UTF8.GetString(input);
        foreach (var type in new[] { "application/json", "text/event-stream" })
        {
            var quality = AcceptHeader.Quality(text, type);
            Require(quality is >= -1 and <= 1000, "a quality out of range");
            Require(!AcceptHeader.Names(text, type) || quality > 0, "named but not accepted");
        }

        JsonMediaTypes.IsJson(text);
        Require(!RequestTimeout.TryParseSeconds(text, out var timeout) || timeout >= TimeSpan.Zero, "a negative timeout");
    }

    private static List<byte[]> Read(ReadOnlySpan<byte> input, Random? random)
    {
        var reader = new JsonValueReader(2048, 20);
        var values = new List<byte[]>();
        var start = 0;
        var arrived = 0;
        do
        {
            arrived = random is null ? input.Length : Math.Min(input.Length, arrived + random.Next(1, 40));
            var isFinal = arrived == input.Length;
            var unread = input[start..arrived];
            var buffer = random is null ? new ReadOnlySequence<byte>(unread.ToArray()) : Of(unread, random);
            while (reader.TryRead(ref buffer, isFinal, out var value))
            {
                values.Add(value.ToArray());
            }

            start = arrived - (int)buffer.Length;
        }
        while (arrived < input.Length);

        Require(reader.Count == values.Count, "counted wrongly");
        return values;
    }
}
