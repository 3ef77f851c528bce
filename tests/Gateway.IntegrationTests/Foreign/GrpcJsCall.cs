using System.Text.Json;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Foreign;

/// <summary>One call of `@grpc/grpc-js`, by tests/js/grpc-client.mjs. Disposing it gives the program back for the next call, if this one has ended.</summary>
internal sealed class GrpcJsCall(ForeignProcess client, Action<ForeignProcess> giveBack) : IAsyncDisposable
{
    private bool _ended;

    public Task SendAsync(string message) => client.SayAsync($$"""{"send":{{message}}}""");

    public Task HalfCloseAsync() => client.SayAsync("""{"end":true}""");

    public Task CancelAsync() => client.SayAsync("""{"cancel":true}""");

    /// <summary>The next message; there must be one.</summary>
    public async Task<JsonElement> MessageAsync() =>
        await NextAsync() is { } message ? message : throw new EndOfStreamException($"The call ended: {End}");

    /// <summary>All messages that are left, until the end.</summary>
    public async Task<List<JsonElement>> ToEndAsync()
    {
        var messages = new List<JsonElement>();
        while (await NextAsync() is { } message)
        {
            messages.Add(message);
        }

        return messages;
    }

    /// <summary>How it ended: `status`, `details`, `trailers`, `kinds`.</summary>
    public JsonElement End { get; private set; }

    public int Status => End.GetProperty("status").GetInt32();

    /// <summary>Initial metadata, once a message has come.</summary>
    public JsonElement Headers { get; private set; }

    public void AssertOk() => Assert.True(Status == 0, End.ToString());

    public async ValueTask DisposeAsync()
    {
        if (_ended)
        {
            giveBack(client);
            return;
        }

        await client.DisposeAsync();
    }

    private async Task<JsonElement?> NextAsync()
    {
        while (true)
        {
            var line = await client.ReadAsync();
            if (line.TryGetProperty("message", out var message))
            {
                return message;
            }

            if (line.TryGetProperty("headers", out var headers))
            {
                Headers = headers;
                continue;
            }

            End = line;
            _ended = true;
            return null;
        }
    }
}
