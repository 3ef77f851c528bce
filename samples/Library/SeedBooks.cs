using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Samples.Library.V1;

namespace Samples.Library;

/// <summary>The books a new store begins with: the same to the byte every time.</summary>
internal static class SeedBooks
{
    public static readonly string[] Shelves = ["shelves/fiction", "shelves/history", "shelves/science"];

    public static readonly DateTimeOffset Opening = new(2026, 1, 2, 9, 0, 0, TimeSpan.Zero);

    private static readonly (string Shelf, string Id, string Title, string Author, int Born, int? Died, int Year, int Pages, Genre Genre)[] Rows =
    [
        ("fiction", "frankenstein", "Frankenstein", "Mary Shelley", 1797, 1851, 1818, 280, Genre.Fiction),
        ("fiction", "middlemarch", "Middlemarch", "George Eliot", 1819, 1880, 1871, 880, Genre.Fiction),
        ("fiction", "moby-dick", "Moby-Dick; or, The Whale", "Herman Melville", 1819, 1891, 1851, 635, Genre.Fiction),
        ("fiction", "time-machine", "The Time Machine", "H. G. Wells", 1866, 1946, 1895, 84, Genre.Fiction),
        ("fiction", "ulysses", "Ulysses", "James Joyce", 1882, 1941, 1922, 730, Genre.Fiction),
        ("history", "decline-and-fall", "The Decline and Fall of the Roman Empire", "Edward Gibbon", 1737, 1794, 1776, 3589, Genre.History),
        ("history", "histories", "The Histories", "Herodotus", -484, null, -430, 771, Genre.History),
        ("history", "peloponnesian-war", "History of the Peloponnesian War", "Thucydides", -460, null, -411, 648, Genre.History),
        ("science", "elements", "The Elements", "Euclid", -325, null, -300, 527, Genre.Science),
        ("science", "faraday-candle", "The Chemical History of a Candle", "Michael Faraday", 1791, 1867, 1861, 160, Genre.Science),
        ("science", "origin-of-species", "On the Origin of Species", "Charles Darwin", 1809, 1882, 1859, 502, Genre.Science),
        ("science", "principia", "Philosophiæ Naturalis Principia Mathematica", "Isaac Newton", 1643, 1727, 1687, 510, Genre.Science),
    ];

    public static IEnumerable<Book> Books() => Rows.Select((row, index) =>
    {
        var name = $"shelves/{row.Shelf}/books/{row.Id}";
        var book = new Book
        {
            Name = name,
            Title = row.Title,
            Author = new Author { DisplayName = row.Author, Life = new Author.Types.Life { Born = row.Born } },
            Genre = row.Genre,
            Subjects = { row.Shelf, row.Year < 0 ? "antiquity" : "modern" },
            Labels = { ["lang"] = index % 4 == 2 ? "grc" : "en", ["shelf"] = row.Shelf },
            Editions = { Edition(row.Year, row.Pages, row.Genre, index) },
            EditionsByYear = { [row.Year] = Edition(row.Year, row.Pages, row.Genre, index) },
            ShelfMark = ShelfMark(name),
            Pages = row.Pages,
            ReadingTime = Duration.FromTimeSpan(TimeSpan.FromSeconds(row.Pages * 90.5)),
            Rating = 3 + (index % 5 * 0.25),
            StockLimit = 9_007_199_254_740_993,
            Recommended = index % 3 == 0,
            CoverHash = ByteString.CopyFrom(SHA256.HashData(Encoding.UTF8.GetBytes(name))),
            CopiesSold = 1_000_000_007L * (index + 1),
            Barcode = 18_000_000_000_000_000_000UL + (ulong)index,
            Price = 9.99 + index,
            Weight = 0.25f * (index + 1),
            Available = true,
            Ratings = { 5, 4, index % 5 + 1 },
            Notes = new Struct
            {
                Fields =
                {
                    ["condition"] = Value.ForString("good"),
                    ["stamps"] = Value.ForList(Value.ForNumber(index), Value.ForBool(true), Value.ForNull()),
                },
            },
            Extra = Any.Pack(Edition(row.Year, row.Pages, row.Genre, index)),
            ShelfOffset = -index,
            Checksum = 0xC0FFEE00UL + (ulong)index,
            Etag = $"\"{index + 1:x}\"",
        };
        if (row.Died is { } died)
        {
            book.Author.Life.Died = died;
        }

        if (row.Year > 0)
        {
            book.PublishTime = Timestamp.FromDateTimeOffset(new DateTimeOffset(row.Year, 1, 1, 0, 0, 0, TimeSpan.Zero));
        }

        if (row.Id == "frankenstein")
        {
            book.Subtitle = "or, The Modern Prometheus";
        }

        return book;
    });

    public static string ShelfMark(string name) => "QA-" + (name.Sum(c => c) % 1000).ToString("000");

    /// <summary>A drawing of the cover.</summary>
    public static string Cover(Book book) =>
        $"""<svg xmlns="http://www.w3.org/2000/svg" width="120" height="180"><rect width="120" height="180" fill="#{Convert.ToHexStringLower(book.CoverHash.Span[..Math.Min(3, book.CoverHash.Length)]).PadRight(6, '8')}"/><text x="10" y="90" font-size="12">{System.Net.WebUtility.HtmlEncode(book.Title)}</text></svg>""";

    private static Edition Edition(int year, int pages, Genre genre, int index) =>
        new() { Isbn = $"978-0-00-{100000 + index}-{index % 10}", Year = year, Pages = pages, Genre = genre };
}
