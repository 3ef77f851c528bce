using Gateway.IntegrationTests.Hosting;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Samples.Library.V1;

namespace Gateway.IntegrationTests.HttpBackend;

/// <summary>Cell 9: a gRPC client, a server that speaks plain HTTP.</summary>
public sealed class GrpcToHttpTests(HttpBackendFixture fixture) : IClassFixture<HttpBackendFixture>, IDisposable
{
    private readonly GrpcChannel _channel = fixture.Channel();

    private Samples.Library.V1.Library.LibraryClient Client => new(_channel);

    public void Dispose()
    {
        _channel.Dispose();
        fixture.Gateway.AssertNoErrors();
    }

    [Fact]
    public async Task Request_IsMadeByItsRule_AndTheAnswerIsReadLeniently()
    {
        var request = new GetBookRequest { Name = "shelves/1/books/ok", ReadMask = new FieldMask { Paths = { "title", "shelf_mark" } } };
        using var call = Client.GetBookAsync(request, new Metadata { { "x-team", "red" } }, DateTime.UtcNow.AddSeconds(20), Wait.Token());

        var head = await call.ResponseHeadersAsync;
        var book = await call.ResponseAsync;

        Assert.Equal(("War and Peace", "\"7\""), (book.Title, head.GetValue("etag")));
        var seen = Last("GET /v1/shelves/1/books/ok?");
        Assert.Equal("GET /v1/shelves/1/books/ok?readMask=title%2CshelfMark", seen.Line);
        Assert.Equal(("red", "application/json", "identity"), (seen.Headers["x-team"], seen.Headers["accept"], seen.Headers["accept-encoding"]));
        Assert.InRange(long.Parse(seen.Headers["x-request-timeout-ms"], System.Globalization.CultureInfo.InvariantCulture), 1, 20_000);
        Assert.DoesNotContain(seen.Headers, static h => h.Key is "te" or "grpc-timeout" or "content-type");
    }

    [Fact]
    public async Task BodyField_IsTheBody_WithoutWhatThePathHolds()
    {
        var request = new UpdateBookRequest { Book = new Book { Name = "shelves/1/books/echo", Title = "t" }, UpdateMask = new FieldMask { Paths = { "title" } } };

        var book = await Client.UpdateBookAsync(request, cancellationToken: Wait.Token());

        Assert.Equal("t", book.Title);
        var seen = Last("PATCH ");
        Assert.Equal(("PATCH /v1/shelves/1/books/echo?updateMask=title", """{"title":"t"}""", "application/json"), (seen.Line, seen.Body, seen.Headers["content-type"]));
    }

    [Fact]
    public async Task NoContent_IsAnEmptyMessage()
    {
        Assert.Equal(new Empty(), await Client.DeleteBookAsync(new DeleteBookRequest { Name = "shelves/1/books/empty" }, cancellationToken: Wait.Token()));
    }

    [Fact]
    public async Task HttpBody_HasTheBytesAndTheirType()
    {
        var cover = await Client.GetCoverAsync(new GetCoverRequest { Name = "shelves/1/books/ok" }, cancellationToken: Wait.Token());

        Assert.Equal(("image/png", "\u0001\u0002png"), (cover.ContentType, cover.Data.ToStringUtf8()));
    }

    [Theory]
    [InlineData("problem", StatusCode.NotFound, "no item a")]
    [InlineData("aip", StatusCode.AlreadyExists, "there")]
    [InlineData("connect", StatusCode.FailedPrecondition, "not now")]
    [InlineData("status", StatusCode.OutOfRange, "too far")]
    [InlineData("text", StatusCode.PermissionDenied, "keep out")]
    [InlineData("login", StatusCode.Unauthenticated, "who?")]
    [InlineData("moved", StatusCode.Unknown, "The backend redirects to 'http://elsewhere.example/x' (HTTP status 302), which is not followed.")]
    [InlineData("html", StatusCode.Internal, "unexpected content-type 'text/html'; application/json would be right.")]
    [InlineData("gzip", StatusCode.Internal, "unexpected content-encoding 'gzip', which was not asked for.")]
    public async Task Failure_IsTheStatusItsBodySays(string what, StatusCode code, string message)
    {
        var failure = await FailAsync(what);

        Assert.Equal((code, message), (failure.StatusCode, failure.Status.Detail));
    }

    [Fact]
    public async Task BrokenJson_IsTheServersFault()
    {
        var failure = await FailAsync("broken");

        Assert.Equal(StatusCode.Internal, failure.StatusCode);
        Assert.StartsWith("The backend's answer is not what its schema says: ", failure.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Details_Challenge_AndRetryAfter_Arrive()
    {
        var aip = Google.Rpc.Status.Parser.ParseFrom((await FailAsync("aip")).Trailers.GetValueBytes("grpc-status-details-bin"));
        Assert.Equal("R", Assert.Single(aip.Details).Unpack<ErrorInfo>().Reason);

        Assert.Equal("Basic realm=\"x\"", (await FailAsync("login")).Trailers.GetValue("www-authenticate"));

        var busy = await FailAsync("busy");
        Assert.Equal((StatusCode.Unavailable, "2000"), (busy.StatusCode, busy.Trailers.GetValue("grpc-retry-pushback-ms")));
    }

    [Fact]
    public async Task NameThatTheUrlCannotCarry_IsRefusedBeforeItIsSent()
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await Client.GetBookAsync(new GetBookRequest { Name = "shelves/1/books/.." }, cancellationToken: Wait.Token()));

        Assert.Equal((StatusCode.InvalidArgument, "name: a path cannot carry a segment of dots alone."), (failure.StatusCode, failure.Status.Detail));
        var violation = Assert.Single(Assert.Single(Google.Rpc.Status.Parser.ParseFrom(failure.Trailers.GetValueBytes("grpc-status-details-bin")).Details).Unpack<BadRequest>().FieldViolations);
        Assert.Equal(("name", "a path cannot carry a segment of dots alone."), (violation.Field, violation.Description));
    }

    [Theory]
    [InlineData("ndjson", "1 2", StatusCode.Unavailable, "x")]
    [InlineData("bare", "1 2", StatusCode.OK, "")]
    [InlineData("list", "1 2", StatusCode.OK, "")]
    [InlineData("events", "1 2", StatusCode.OK, "")]
    [InlineData("cut", "1 2", StatusCode.Unavailable, "The backend's answer ends inside a message.")]
    [InlineData("html", "", StatusCode.Internal, "unexpected content-type 'text/html'; application/json would be right.")]
    [InlineData("problem", "", StatusCode.NotFound, "no item a")]
    public async Task Stream_IsReadByItsMediaType(string shelf, string sequences, StatusCode code, string message)
    {
        using var call = Client.WatchShelf(new WatchShelfRequest { Parent = "shelves/" + shelf }, cancellationToken: Wait.Token());

        var seen = new List<long>();
        var status = Grpc.Core.Status.DefaultSuccess;
        try
        {
            await foreach (var read in call.ResponseStream.ReadAllAsync())
            {
                seen.Add(read.Sequence);
            }
        }
        catch (RpcException e)
        {
            status = e.Status;
        }

        Assert.Equal((sequences, code, message), (string.Join(' ', seen), status.StatusCode, status.Detail));
        Assert.Equal($"GET /v1/shelves/{shelf}:watch", Last($"GET /v1/shelves/{shelf}:").Line);
    }

    [Fact]
    public async Task LostConnection_IsVisibleAfterTheFirstMessage()
    {
        using var call = Client.WatchShelf(new WatchShelfRequest { Parent = "shelves/reset" }, cancellationToken: Wait.Token());
        Assert.True(await call.ResponseStream.MoveNext(Wait.Token()));
        fixture.Rest.Release("first-seen");

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Wait.Token()));

        Assert.Equal((StatusCode.Unavailable, "upstream connection lost"), (failure.StatusCode, failure.Status.Detail));
    }

    [Fact]
    public async Task Cancel_ReachesTheServer()
    {
        using var cancel = new CancellationTokenSource();
        using var call = Client.GetBookAsync(new GetBookRequest { Name = "shelves/1/books/hang" }, cancellationToken: cancel.Token);
        await fixture.Rest.Signal("hanging");

        await cancel.CancelAsync();

        await fixture.Rest.Signal("cancelled");
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
    }

    [Fact]
    public async Task Deadline_EndsTheCall()
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
            await Client.GetBookAsync(new GetBookRequest { Name = "shelves/1/books/hang" }, deadline: DateTime.UtcNow.AddMilliseconds(300), cancellationToken: Wait.Token()));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    [Fact]
    public async Task ClientStream_IsUploadedAsLines()
    {
        using var call = Client.ImportBooks(cancellationToken: Wait.Token());
        await call.RequestStream.WriteAsync(new ImportBooksRequest { Parent = "shelves/9", Book = new Book { Title = "a" } });
        await call.RequestStream.WriteAsync(new ImportBooksRequest { Book = new Book { Title = "b" } });
        await call.RequestStream.CompleteAsync();
        await call;

        var seen = Last("POST /v1/shelves/9/");
        Assert.Equal("POST /v1/shelves/9/books:import", seen.Line);
        Assert.Equal("{\"book\":{\"title\":\"a\"}}\n{\"book\":{\"title\":\"b\"}}\n", seen.Body);
        Assert.Equal("application/x-ndjson", seen.Headers["content-type"]);
    }

    [Fact]
    public async Task Duplex_GoesOverHttp2_MessageByMessage()
    {
        using var call = Client.Discuss(cancellationToken: Wait.Token());
        foreach (var text in new[] { "one", "two" })
        {
            await call.RequestStream.WriteAsync(new Remark { Text = text });
            Assert.True(await call.ResponseStream.MoveNext(Wait.Token()));
            Assert.Equal(text, call.ResponseStream.Current.Text);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Wait.Token()));
    }

    [Fact]
    public async Task RulesOfTheFile_ReplaceAnnotations_BelowThePathOfTheAddress()
    {
        var headers = new Metadata { { "x-rules", "own" } };
        await Client.GetBookAsync(new GetBookRequest { Name = "shelves/1/books/mine", ReadMask = new FieldMask { Paths = { "title" } } }, headers, cancellationToken: Wait.Token());

        var seen = Last("POST /base/own/");
        Assert.Equal(("POST /base/own/shelves/1/books/mine", """{"readMask":"title"}"""), (seen.Line, seen.Body));
    }

    private async Task<RpcException> FailAsync(string book) =>
        await Assert.ThrowsAsync<RpcException>(async () => await Client.GetBookAsync(new GetBookRequest { Name = "shelves/1/books/" + book }, cancellationToken: Wait.Token()));

    private RestServer.Seen Last(string start) => fixture.Rest.Requests.Last(seen => seen.Line.StartsWith(start, StringComparison.Ordinal));
}
