using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Samples.Library.V1;

namespace Samples.Library;

/// <summary>Shelves, books and what happened to them, in memory. Starts the same every time; safe for any number of callers.</summary>
internal sealed class BookStore
{
    public const int MaxBooksPerShelf = 10_000;
    public const int MaxEventsPerShelf = 1_000;
    public const int MaxLoansPerBorrower = 3;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly SortedDictionary<string, Shelf> _shelves = new(StringComparer.Ordinal);

    public BookStore(TimeProvider time)
    {
        _time = time;
        foreach (var shelf in SeedBooks.Shelves)
        {
            _shelves.Add(shelf, new Shelf());
        }

        foreach (var book in SeedBooks.Books())
        {
            var shelf = Find(ShelfOf(book.Name));
            shelf.Books.Add(book.Name, book);
            Record(shelf, ShelfEvent.Types.Kind.Created, book, SeedBooks.Opening);
        }
    }

    /// <exception cref="Grpc.Core.RpcException">NOT_FOUND.</exception>
    public Book Get(string name)
    {
        lock (_gate)
        {
            return FindBook(name).Clone();
        }
    }

    /// <summary>Books of one shelf, or of all for `shelves/-`, by name.</summary>
    public List<Book> List(string parent, Func<Book, bool> where)
    {
        lock (_gate)
        {
            var shelves = parent is "" or "shelves/-" ? _shelves.Values : (IEnumerable<Shelf>)[Find(parent)];
            return [.. shelves.SelectMany(shelf => shelf.Books.Values).Where(where).Select(book => book.Clone())];
        }
    }

    public Book Create(string parent, string id, Book book)
    {
        lock (_gate)
        {
            var shelf = Find(parent);
            if (shelf.Books.Count >= MaxBooksPerShelf)
            {
                throw Failures.TooMany(parent, $"{parent} is full.", TimeSpan.FromMinutes(1));
            }

            var made = book.Clone();
            made.Name = $"{parent}/books/{(id.Length > 0 ? id : $"b{shelf.NextId++}")}";
            if (shelf.Books.ContainsKey(made.Name))
            {
                throw Failures.AlreadyExists("Book", made.Name);
            }

            made.Available = made.LocationCase != Book.LocationOneofCase.Loan;
            return Store(shelf, ShelfEvent.Types.Kind.Created, made);
        }
    }

    public Book Update(Book change, FieldMask? mask)
    {
        lock (_gate)
        {
            var book = FindBook(change.Name).Clone();
            if (mask is null || mask.Paths.Count == 0)
            {
                book.MergeFrom(change);
            }
            else
            {
                mask.Merge(change, book, new FieldMask.MergeOptions { ReplaceMessageFields = true, ReplaceRepeatedFields = true, ReplacePrimitiveFields = true });
                book.Name = change.Name;
            }

            return Store(Find(ShelfOf(book.Name)), ShelfEvent.Types.Kind.Updated, book);
        }
    }

    public void Delete(string name)
    {
        lock (_gate)
        {
            var book = FindBook(name);
            var shelf = Find(ShelfOf(name));
            shelf.Books.Remove(name);
            Record(shelf, ShelfEvent.Types.Kind.Deleted, book, _time.GetUtcNow());
        }
    }

    public Loan Borrow(string name, string borrower, TimeSpan period)
    {
        lock (_gate)
        {
            var book = FindBook(name).Clone();
            if (book.Loan is { } lent)
            {
                throw Failures.Lent(name, lent.Borrower);
            }

            if (_shelves.Values.Sum(shelf => shelf.Books.Values.Count(b => b.Loan?.Borrower == borrower)) >= MaxLoansPerBorrower)
            {
                throw Failures.TooMany(borrower, $"{borrower} has {MaxLoansPerBorrower} books already.", TimeSpan.FromSeconds(30));
            }

            var now = _time.GetUtcNow();
            book.Available = false;
            book.Loan = new Loan
            {
                Book = name,
                Borrower = borrower,
                StartTime = Timestamp.FromDateTimeOffset(now),
                DueTime = Timestamp.FromDateTimeOffset(now + period),
                Period = Duration.FromTimeSpan(period),
            };
            return Store(Find(ShelfOf(name)), ShelfEvent.Types.Kind.Borrowed, book).Loan;
        }
    }

    public Book Return(string name)
    {
        lock (_gate)
        {
            var book = FindBook(name).Clone();
            book.Available = true;
            book.ShelfMark = SeedBooks.ShelfMark(name);
            return Store(Find(ShelfOf(name)), ShelfEvent.Types.Kind.Returned, book);
        }
    }

    /// <summary>The next event after a cursor, or else the signal that fires when there is one.</summary>
    /// <exception cref="Grpc.Core.RpcException">NOT_FOUND for the shelf; OUT_OF_RANGE when the events after the cursor are no longer kept.</exception>
    public ShelfEvent? Next(string parent, long after, out Task more)
    {
        lock (_gate)
        {
            var shelf = Find(parent);
            more = shelf.More.Task;
            var oldest = shelf.Events.Count == 0 ? shelf.Sequence + 1 : shelf.Events.Peek().Sequence;
            if (after >= shelf.Sequence)
            {
                return null;
            }

            if (after > 0 && after + 1 < oldest)
            {
                throw new Grpc.Core.RpcException(new(Grpc.Core.StatusCode.OutOfRange, $"Events before {oldest} are no longer kept."));
            }

            return shelf.Events.ElementAt((int)(Math.Max(after + 1, oldest) - oldest));
        }
    }

    private static string ShelfOf(string book) => book[..Math.Max(0, book.IndexOf("/books/", StringComparison.Ordinal))];

    private Shelf Find(string name) => _shelves.GetValueOrDefault(name) ?? throw Failures.NotFound("Shelf", name);

    private Book FindBook(string name) =>
        (_shelves.GetValueOrDefault(ShelfOf(name))?.Books.GetValueOrDefault(name)) ?? throw Failures.NotFound("Book", name);

    private Book Store(Shelf shelf, ShelfEvent.Types.Kind kind, Book book)
    {
        book.Etag = $"\"{shelf.Sequence + 1:x}\"";
        shelf.Books[book.Name] = book;
        Record(shelf, kind, book, _time.GetUtcNow());
        return book.Clone();
    }

    private static void Record(Shelf shelf, ShelfEvent.Types.Kind kind, Book book, DateTimeOffset time)
    {
        shelf.Events.Enqueue(new ShelfEvent
        {
            Sequence = ++shelf.Sequence,
            Kind = kind,
            Book = book.Name,
            Title = book.Title,
            Time = Timestamp.FromDateTimeOffset(time),
        });
        if (shelf.Events.Count > MaxEventsPerShelf)
        {
            shelf.Events.Dequeue();
        }

        var waiting = shelf.More;
        shelf.More = new(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting.SetResult();
    }

    private sealed class Shelf
    {
        public SortedDictionary<string, Book> Books { get; } = new(StringComparer.Ordinal);

        public Queue<ShelfEvent> Events { get; } = new();

        public TaskCompletionSource More { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long Sequence { get; set; }

        public int NextId { get; set; } = 1;
    }
}
