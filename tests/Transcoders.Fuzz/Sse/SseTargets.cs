using System.Text;
using Transcoders.Sse;
using static Transcoders.Fuzz.Pieces;

namespace Transcoders.Fuzz.Sse;

/// <summary>What an event stream may hold.</summary>
internal static class SseTargets
{
    private const int Limit = 2048;

    /// <summary>Events are the same however they arrive, valid UTF-8, within the limit, and their names and ids are one line.</summary>
    public static void Events(ReadOnlySpan<byte> input)
    {
        var whole = Read(input, null);
        var pieces = Read(input, RandomOf(input));
        Require(whole.Count == pieces.Count, "another number of events");
        for (var i = 0; i < whole.Count; i++)
        {
            Require(whole[i] == pieces[i], "another event");
        }
    }

    private static List<(string Data, string? Name, string? Id)> Read(ReadOnlySpan<byte> input, Random? random)
    {
        using var reader = new SseReader(Limit, Limit);
        var events = new List<(string, string?, string?)>();
        while (!input.IsEmpty)
        {
            var piece = input[..(random is null ? input.Length : Math.Min(input.Length, random.Next(1, 16)))];
            input = input[piece.Length..];
            while (reader.TryRead(ref piece, out var read))
            {
                Require(read.Id is null || read.Id.AsSpan().IndexOfAny('\r', '\n', '\0') < 0, "an id of more than one line");
                Require(read.Name is null || read.Name.AsSpan().IndexOfAny('\r', '\n') < 0, "a name of more than one line");
                events.Add((new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(read.Data.Span), read.Name, read.Id));
            }
        }

        return events;
    }
}
