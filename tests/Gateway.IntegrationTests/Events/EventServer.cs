using System.Collections.Concurrent;
using System.Net;
using Gateway.IntegrationTests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.IntegrationTests.Events;

/// <summary>A plain HTTP server of event streams that are written by hand: each path answers as its test says, connection by connection.</summary>
internal sealed class EventServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, Func<EventConnection, Task>> _answers = new();
    private readonly ConcurrentDictionary<string, int> _counts = new();

    private EventServer(WebApplication app)
    {
        _app = app;
    }

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/";

    /// <summary>Every request that came, as a line: `GET /feed?a=b last-event-id=7 body=…`.</summary>
    public ConcurrentQueue<string> Seen { get; } = new();

    public static async Task<EventServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new EventServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync(Wait.Token());
        return server;
    }

    /// <summary>Says how a path answers.</summary>
    public void On(string path, Func<EventConnection, Task> answer) => _answers[path] = answer;

    /// <summary>Says that a path answers with this text as its stream, and ends it in order.</summary>
    public void On(string path, string stream) => On(path, connection => connection.WriteAsync(stream));

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        using var body = new StreamReader(context.Request.Body);
        var text = await body.ReadToEndAsync();
        var id = context.Request.Headers["Last-Event-ID"].ToString();
        Seen.Enqueue($"{context.Request.Method} {context.Features.Get<IHttpRequestFeature>()!.RawTarget}{(id.Length > 0 ? $" last-event-id={id}" : "")}{(text.Length > 0 ? $" body={text}" : "")}");
        var number = _counts.AddOrUpdate(path, 1, static (_, count) => count + 1);
        context.Response.ContentType = "text/event-stream";
        try
        {
            await _answers[path](new EventConnection(context, number, id));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The gateway has left, as some tests want it to.
        }
    }
}

/// <summary>One connection to a path.</summary>
/// <param name="Context">The request.</param>
/// <param name="Number">Which connection of the path it is, from 1.</param>
/// <param name="LastEventId">What it came with; empty for nothing.</param>
internal sealed record EventConnection(HttpContext Context, int Number, string LastEventId)
{
    public async Task WriteAsync(string text)
    {
        await Context.Response.WriteAsync(text, Context.RequestAborted);
        await Context.Response.Body.FlushAsync(Context.RequestAborted);
    }

    /// <summary>Stays until the gateway leaves.</summary>
    public Task HangAsync() => Task.Delay(Timeout.InfiniteTimeSpan, Context.RequestAborted);

    /// <summary>Writes, and lets the connection end in the middle of what it announced: not by a reset, which could overtake what was written.</summary>
    public Task BreakOffAsync(string text)
    {
        Context.Response.ContentLength = 100_000;
        return WriteAsync(text);
    }
}
