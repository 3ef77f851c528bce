using Benchmarks.Protos;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Benchmarks.Payloads;

/// <summary>The messages that are converted: about 60 bytes, about 2 KB and about 64 KB on the wire, and some that are hard.</summary>
internal static class PayloadSamples
{
    /// <summary>Each with what its sender puts on the wire: mostly what an encoder makes of it.</summary>
    public static readonly IReadOnlyDictionary<string, PayloadSample> All = new Dictionary<string, PayloadSample>
    {
        ["small"] = new(new Shelf { Name = "shelves/1", Revision = 7, Theme = "a theme of thirty letters" }),
        ["rich"] = new(Shelf(9)),
        ["large"] = new(Shelf(290)),
        ["escapes"] = new(new Shelf { Name = "shelves/1", Theme = string.Concat(Enumerable.Repeat("line\n\t\"quoted\" ", 120)) }),
        ["unicode"] = new(new Shelf { Name = "shelves/1", Theme = string.Concat(Enumerable.Repeat("καλημέρα κόσμε ", 120)) }),
        ["numbers"] = new(Numbers()),
        ["10,000 integers"] = new(new Heap { Numbers = { Enumerable.Range(0, 10_000).Select(x => x * 7919L) } }),
        ["10,000 strings"] = new(new Heap { Words = { Enumerable.Range(0, 10_000).Select(x => $"word {x}") } }),
        ["10,000 messages"] = new(new Heap { Authors = { Enumerable.Range(0, 10_000).Select(Author) } }),
        ["maps of 1,000"] = new(Maps(1000)),
        ["90 levels"] = new(Nested(90)),
        ["long text"] = new(new Heap { Text = string.Concat(Enumerable.Repeat("A line of a log, with a \"quoted\" word and a path C:\\logs\\today.\r\n", 1000)) }),
        ["split"] = Split(8, 5),
    };

    private static Author Author(int i) => new() { GivenName = $"Given {i}", FamilyName = "Family", BirthYear = 1900 + (i % 100) };

    private static Heap Maps(int entries)
    {
        var heap = new Heap();
        for (var i = 0; i < entries; i++)
        {
            heap.Texts[$"key-{i}"] = $"value {i}";
            heap.People[i * 31L] = Author(i);
        }

        return heap;
    }

    private static Heap Nested(int levels)
    {
        var heap = new Heap { Text = "the innermost" };
        for (var i = 1; i < levels; i++)
        {
            heap = new Heap { Words = { "a", "b" }, Child = heap, Text = "around it" };
        }

        return heap;
    }

    /// <summary>Messages within messages of which each comes in several pieces, fields out of order: what is to be merged at every level.</summary>
    private static PayloadSample Split(int levels, int pieces)
    {
        var whole = new Heap();
        var wire = new List<byte>();
        for (var i = 0; i < pieces; i++)
        {
            var piece = Nested(levels);
            piece.Numbers.AddRange([i, i + 1]);
            piece.Authors.Add(Author(i));
            whole.MergeFrom(piece);
            wire.AddRange(piece.ToByteArray());
        }

        return new PayloadSample(whole, [.. wire]);
    }

    private static Shelf Shelf(int books)
    {
        var shelf = new Shelf { Name = "shelves/1", Revision = 12, Theme = "everything", Updated = Timestamp.FromDateTime(new DateTime(2024, 2, 29, 12, 30, 15, DateTimeKind.Utc)) };
        for (var i = 0; i < books; i++)
        {
            var book = new Book
            {
                Name = $"shelves/1/books/{i}",
                Title = $"The title of book number {i}",
                Author = new Author { GivenName = "Ada", FamilyName = "Lovelace", BirthYear = 1815 + i },
                Genre = (Genre)((i % 3) + 1),
                PageCount = 100 + i,
                CopiesSold = 1_000_000_007L * (i + 1),
                Rating = 4.25 + (i % 3),
                InPrint = i % 2 == 0,
                Published = new Timestamp { Seconds = 1_700_000_000 + (i * 86_400), Nanos = 500_000_000 },
                CoverHash = ByteString.CopyFrom([.. Enumerable.Range(0, 16).Select(x => (byte)(x * i))]),
            };
            book.Keywords.AddRange(["alpha", "beta", "gamma"]);
            book.Labels["language"] = "en";
            book.Labels["shelf-mark"] = $"Q{i}";
            book.ChapterPages.AddRange([12, 240, 300, 77]);
            shelf.Books.Add(book);
        }

        for (var i = 0; i < Math.Min(books, 10); i++)
        {
            shelf.Stock[$"store-{i}"] = i * 17;
        }

        return shelf;
    }

    private static Shelf Numbers()
    {
        var shelf = new Shelf();
        for (var i = 0; i < 20; i++)
        {
            var book = new Book { Rating = Math.Sqrt(i + 2), CopiesSold = long.MinValue + i };
            book.ChapterPages.AddRange(Enumerable.Range(0, 50).Select(x => x * 7919));
            shelf.Books.Add(book);
        }

        return shelf;
    }
}

/// <summary>One message and the bytes that carry it.</summary>
internal sealed record PayloadSample(IMessage Message, byte[] Wire)
{
    public PayloadSample(IMessage message)
        : this(message, message.ToByteArray())
    {
    }
}
