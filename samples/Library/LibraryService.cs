using Google.Api;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Samples.Library.V1;

namespace Samples.Library;

/// <summary>library.v1.Library over the store.</summary>
internal sealed class LibraryService(BookStore store, DiscussionRooms rooms, TimeProvider time) : V1.Library.LibraryBase
{
    private const int MaxPageSize = 100;
    private const int MaxNamesReported = 1_000;
    private static readonly TimeSpan DefaultLoan = TimeSpan.FromDays(14);

    public override Task<Book> GetBook(GetBookRequest request, ServerCallContext context)
    {
        var book = store.Get(request.Name);
        if (request.ReadMask is { Paths.Count: > 0 } mask)
        {
            Require(FieldMask.IsValid<Book>(mask), "read_mask", "names a field that Book lacks");
            var part = new Book();
            mask.Merge(book, part);
            book = part;
        }

        return Task.FromResult(book);
    }

    public override Task<ListBooksResponse> ListBooks(ListBooksRequest request, ServerCallContext context)
    {
        Require(request.PageSize >= 0, "page_size", "must not be negative");
        var from = 0;
        Require(request.PageToken.Length == 0 || (int.TryParse(request.PageToken, out from) && from >= 0), "page_token", "is not one this service gave");

        var books = store.List(request.Parent, book => Matches(book, request.Filter));
        var size = request.PageSize == 0 ? 10 : Math.Min(request.PageSize, MaxPageSize);
        var response = new ListBooksResponse { TotalSize = books.Count };
        response.Books.AddRange(books.Skip(from).Take(size));
        response.NextPageToken = from + size < books.Count ? (from + size).ToString() : "";
        return Task.FromResult(response);
    }

    public override Task<Book> CreateBook(CreateBookRequest request, ServerCallContext context)
    {
        CheckNew(request.Book);
        Require(!request.BookId.Contains('/'), "book_id", "must not hold a slash");
        return Task.FromResult(store.Create(request.Parent, request.BookId, request.Book));
    }

    public override Task<Book> UpdateBook(UpdateBookRequest request, ServerCallContext context)
    {
        Require(request.Book is not null, "book", "is missing");
        Require(request.UpdateMask is null || FieldMask.IsValid<Book>(request.UpdateMask), "update_mask", "names a field that Book lacks");
        return Task.FromResult(store.Update(request.Book!, request.UpdateMask));
    }

    public override Task<Empty> DeleteBook(DeleteBookRequest request, ServerCallContext context)
    {
        store.Delete(request.Name);
        return Task.FromResult(new Empty());
    }

    public override Task<Loan> BorrowBook(BorrowBookRequest request, ServerCallContext context)
    {
        Require(request.Borrower.Length > 0, "borrower", "is missing");
        Require(request.Period is null || request.Period.Seconds is >= 0 and <= 366 * 86_400, "period", "must be between nothing and a year");
        return Task.FromResult(store.Borrow(request.Name, request.Borrower, request.Period?.ToTimeSpan() ?? DefaultLoan));
    }

    public override Task<Book> ReturnBook(ReturnBookRequest request, ServerCallContext context) =>
        Task.FromResult(store.Return(request.Name));

    public override Task<HttpBody> GetCover(GetCoverRequest request, ServerCallContext context) =>
        Task.FromResult(new HttpBody { ContentType = "image/svg+xml", Data = ByteString.CopyFromUtf8(SeedBooks.Cover(store.Get(request.Name))) });

    public override async Task WatchShelf(WatchShelfRequest request, IServerStreamWriter<ShelfEvent> responseStream, ServerCallContext context)
    {
        Require(request.Count >= 0, "count", "must not be negative");
        Require(request.After >= 0, "after", "must not be negative");
        Require(request.Interval is null || request.Interval.Seconds is >= 0 and <= 3600, "interval", "must be between nothing and an hour");
        var interval = request.Interval?.ToTimeSpan() ?? TimeSpan.Zero;
        var after = request.After;
        for (var sent = 0; request.Count == 0 || sent < request.Count;)
        {
            var next = store.Next(request.Parent, after, out var more);
            if (next is null)
            {
                await more.WaitAsync(context.CancellationToken);
                continue;
            }

            if (sent > 0 && interval > TimeSpan.Zero)
            {
                await Task.Delay(interval, time, context.CancellationToken);
            }

            await responseStream.WriteAsync(next, context.CancellationToken);
            after = next.Sequence;
            sent++;
        }
    }

    public override async Task<ImportBooksResponse> ImportBooks(IAsyncStreamReader<ImportBooksRequest> requestStream, ServerCallContext context)
    {
        var response = new ImportBooksResponse();
        var parent = "";
        await foreach (var item in requestStream.ReadAllAsync(context.CancellationToken))
        {
            parent = item.Parent.Length > 0 ? item.Parent : parent;
            Require(parent.Length > 0, "parent", "is missing in the first message");
            CheckNew(item.Book);
            var book = store.Create(parent, "", item.Book);
            response.Created++;
            response.Bytes += item.Book.CalculateSize();
            if (response.Names.Count < MaxNamesReported)
            {
                response.Names.Add(book.Name);
            }
        }

        return response;
    }

    public override async Task Discuss(IAsyncStreamReader<Remark> requestStream, IServerStreamWriter<Remark> responseStream, ServerCallContext context)
    {
        if (!await requestStream.MoveNext(context.CancellationToken))
        {
            return;
        }

        var first = requestStream.Current;
        Require(first.Room.Length > 0, "room", "is missing in the first remark");
        Require(first.Author.Length > 0, "author", "is missing in the first remark");
        using var seat = rooms.Join(first.Room, first.Author);
        var hearing = HearAsync(seat, responseStream, context.CancellationToken);
        do
        {
            if (requestStream.Current.Text.Length > 0)
            {
                seat.Say(requestStream.Current.Text);
            }
        }
        while (await NextAsync(requestStream, hearing, context.CancellationToken));

        // The member has said its last; what was said up to here still reaches it.
        seat.Leave();
        await hearing;
    }

    /// <summary>Reads on; a member that was shown out is told at once, not when it speaks next.</summary>
    private static async Task<bool> NextAsync(IAsyncStreamReader<Remark> requestStream, Task hearing, CancellationToken cancellationToken)
    {
        var next = requestStream.MoveNext(cancellationToken);
        if (await Task.WhenAny(next, hearing) == hearing)
        {
            await hearing;
        }

        return await next;
    }

    private static async Task HearAsync(DiscussionSeat seat, IServerStreamWriter<Remark> responseStream, CancellationToken cancellationToken)
    {
        await foreach (var heard in seat.Heard.ReadAllAsync(cancellationToken))
        {
            await responseStream.WriteAsync(heard, cancellationToken);
        }
    }

    private static bool Matches(Book book, ListBooksRequest.Types.Filter? filter) =>
        filter is null
        || (book.Title.Contains(filter.TitleContains, StringComparison.OrdinalIgnoreCase)
            && (filter.Genre == Genre.Unspecified || book.Genre == filter.Genre)
            && filter.Subjects.All(book.Subjects.Contains)
            && (!filter.HasAvailable || book.Available == filter.Available)
            && (filter.PublishedAfter is null || (book.PublishTime is not null && book.PublishTime > filter.PublishedAfter))
            && (filter.MinRating is null || book.Rating >= filter.MinRating));

    private static void CheckNew(Book? book)
    {
        Require(book is not null, "book", "is missing");
        Require(book!.Title.Length > 0, "book.title", "is missing");
        Require(!book.HasPages || book.Pages > 0, "book.pages", "must be above zero");
    }

    private static void Require(bool holds, string field, string otherwise)
    {
        if (!holds)
        {
            throw Failures.Invalid(field, otherwise);
        }
    }
}
