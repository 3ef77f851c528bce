using Benchmarks.Protos;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Benchmarks.Payloads;

/// <summary>The messages that are converted: about 60 bytes, about 2 KB and about 64 KB on the wire, and some that are hard.</summary>
internal static class PayloadSamples
{
    public static readonly IReadOnlyDictionary<string, Shelf> All = new Dictionary<string, Shelf>
    {
        ["small"] = new() { Name = "shelves/1", Revision = 7, Theme = "a theme of thirty letters" },
        ["rich"] = Shelf(9),
        ["large"] = Shelf(290),
        ["escapes"] = new() { Name = "shelves/1", Theme = string.Concat(Enumerable.Repeat("line\n\t\"quoted\" ", 120)) },
        ["unicode"] = new() { Name = "shelves/1", Theme = string.Concat(Enumerable.Repeat("καλημέρα κόσμε ", 120)) },
        ["numbers"] = Numbers(),
    };

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
