using System.Globalization;
using System.Text.Json;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Foreign;

/// <summary>The `eventsource` package of Node.js as the client: it reconnects by itself, with the id of the last event.</summary>
[Collection(nameof(ForeignFixture))]
public sealed class EventSourceTests(ForeignFixture fixture) : ForeignTest(fixture)
{
    private const string Source = "npm:eventsource";

    [NeedsFact(Source, "npm:@grpc/grpc-js")]
    public async Task End_StopsIt()
    {
        await using var source = Start("/v1/behaviours:stream?count=2", "end");
        Assert.Equal("""{"index":"1"}""", await DataAsync(source));
        Assert.Equal("""{"index":"2"}""", await DataAsync(source));
        var end = await EventAsync(source);
        Assert.Equal("end", end.GetProperty("event").GetString());

        // It comes back with the id of the end, and 204 tells it to stop.
        var asked = (await NextAsync(source, "asked")).GetProperty("asked");
        Assert.Equal(204, asked.GetProperty("status").GetInt32());
        Assert.Equal(end.GetProperty("id").GetString(), asked.GetProperty("lastEventId").GetString());
        Assert.Equal(204, (await NextAsync(source, "closed")).GetProperty("code").GetInt32());
        Assert.Equal(0, (await source.EndAsync()).Exit);
    }

    [NeedsFact(Source)]
    public async Task Buffer_GoesOnWhereItWasCut()
    {
        await AddBookAsync("one");
        await using var source = Start("/v1/shelves/history:watch");
        Assert.Equal(200, (await NextAsync(source, "asked")).GetProperty("asked").GetProperty("status").GetInt32());
        var first = await EventAsync(source);
        while (!first.GetProperty("data").GetString()!.Contains("books/one", StringComparison.Ordinal))
        {
            // What was on the shelf before.
            first = await EventAsync(source);
        }

        await source.SayAsync("cut");
        await NextAsync(source, "cut");
        await AddBookAsync("two");
        var asked = (await NextAsync(source, "asked")).GetProperty("asked");
        Assert.Equal(first.GetProperty("id").GetString(), asked.GetProperty("lastEventId").GetString());
        Assert.Contains("books/two", await DataAsync(source), StringComparison.Ordinal);
        await AddBookAsync("three");
        var third = await EventAsync(source);
        Assert.Contains("books/three", third.GetProperty("data").GetString(), StringComparison.Ordinal);

        // The same call: ids go on under the same key.
        var (key, number) = Id(first);
        Assert.Equal((key, number + 2), Id(third));
    }

    [NeedsFact(Source, "python3")]
    public async Task ServersOwnIds_ComeBackToTheServer()
    {
        // The server ends its answer after every second event: EventSource reconnects, and the server goes on.
        await using var source = Start("/py/events", "end");
        string?[] resumed = [null, "2", "4"];
        for (var i = 1; i <= 5; i++)
        {
            if (i % 2 == 1)
            {
                Assert.Equal(resumed[i / 2], (await NextAsync(source, "asked")).GetProperty("asked").GetProperty("lastEventId").GetString());
            }

            Assert.Equal(i.ToString(CultureInfo.InvariantCulture), await DataAsync(source));
        }

        Assert.Equal("end", (await EventAsync(source)).GetProperty("event").GetString());
    }

    private ForeignProcess Start(string path, params string[] names) =>
        NodeProgram.Start("eventsource-client.mjs", [Fixture.Gateway.Address(path).ToString(), .. names]);

    private async Task AddBookAsync(string id)
    {
        var (response, body) = await Fixture.Gateway.Http1.AskAsync(HttpMethod.Post, $"/v1/shelves/history/books?bookId={id}", Answers.Json("""{"title":"x"}"""));
        Assert.True(response.IsSuccessStatusCode, body);
    }

    /// <summary>`key.number`.</summary>
    private static (string Key, int Number) Id(JsonElement received) =>
        received.GetProperty("id").GetString()!.Split('.') is [var key, var number] ? (key, int.Parse(number, CultureInfo.InvariantCulture)) : default;

    private static async Task<JsonElement> NextAsync(ForeignProcess source, string member)
    {
        while (true)
        {
            var line = await source.ReadAsync();
            if (line.TryGetProperty(member, out _))
            {
                return line;
            }
        }
    }

    private static Task<JsonElement> EventAsync(ForeignProcess source) => NextAsync(source, "event");

    private static async Task<string?> DataAsync(ForeignProcess source) => (await EventAsync(source)).GetProperty("data").GetString();
}
