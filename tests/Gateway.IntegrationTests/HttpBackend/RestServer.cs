using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Gateway.IntegrationTests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.IntegrationTests.HttpBackend;

/// <summary>A plain HTTP server that knows nothing of the gateway: it answers as the last segment of the path says.</summary>
internal sealed class RestServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _signals = new();

    private RestServer(WebApplication app) => _app = app;

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>`GET /target` of every request, with the headers that matter and the body.</summary>
    public ConcurrentQueue<Seen> Requests { get; } = new();

    public static async Task<RestServer> StartAsync(HttpProtocols protocols = HttpProtocols.Http1)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        var app = builder.Build();
        var server = new RestServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync(Wait.Token());
        return server;
    }

    /// <summary>What the server says has happened: `hanging`, `cancelled`.</summary>
    public Task Signal(string name) => Source(name).Task.WaitAsync(Wait.Long);

    /// <summary>Lets a waiting answer go on.</summary>
    public void Release(string name) => Source(name).TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private TaskCompletionSource Source(string name) => _signals.GetOrAdd(name, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task AnswerAsync(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        if (context.Request.Path.Value!.EndsWith(":echo", StringComparison.Ordinal))
        {
            await EchoLinesAsync(context);
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        Requests.Enqueue(new Seen($"{context.Request.Method} {target}", body, context.Request.Headers.ToDictionary(static h => h.Key.ToLowerInvariant(), static h => h.Value.ToString())));
        var path = context.Request.Path.Value!.Split(':')[0];
        await AnswerAsync(context, path[(path.LastIndexOf('/') + 1)..], body);
    }

    private async Task AnswerAsync(HttpContext context, string what, string body)
    {
        var response = context.Response;
        switch (what)
        {
            case "ok":
                response.Headers.ETag = "\"7\"";
                await WriteAsync(response, 200, "application/json", """{"name":"shelves/1/books/ok","title":"War and Peace","unheardOf":{"a":[1]},"rating":4}""");
                break;
            case "empty":
                response.StatusCode = 204;
                break;
            case "html":
                await WriteAsync(response, 200, "text/html", "<html>hello</html>");
                break;
            case "broken":
                await WriteAsync(response, 200, "application/json", "{\"title\":");
                break;
            case "problem":
                await WriteAsync(response, 404, "application/problem+json", """{"title":"Not Found","status":404,"detail":"no item a"}""");
                break;
            case "aip":
                await WriteAsync(response, 409, "application/json", """{"error":{"code":409,"message":"there","status":"ALREADY_EXISTS","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"R","domain":"d"}]}}""");
                break;
            case "connect":
                await WriteAsync(response, 400, "application/json", """{"code":"failed_precondition","message":"not now"}""");
                break;
            case "status":
                await WriteAsync(response, 400, "application/json", """{"code":11,"message":"too far","details":[]}""");
                break;
            case "text":
                await WriteAsync(response, 403, "text/plain", "keep out");
                break;
            case "busy":
                response.Headers.RetryAfter = "2";
                await WriteAsync(response, 503, "text/html", "<html>busy</html>");
                break;
            case "login":
                response.Headers.WWWAuthenticate = "Basic realm=\"x\"";
                await WriteAsync(response, 401, "text/plain", "who?");
                break;
            case "moved":
                response.Headers.Location = "http://elsewhere.example/x";
                response.StatusCode = 302;
                break;
            case "gzip":
                response.Headers.ContentEncoding = "gzip";
                await WriteAsync(response, 200, "application/json", "?");
                break;
            case "hang":
                context.RequestAborted.Register(() => Release("cancelled"));
                Release("hanging");
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
                break;
            case "cover":
                await WriteAsync(response, 200, "image/png", "\u0001\u0002png");
                break;
            case "ndjson":
                await WriteAsync(response, 200, "application/x-ndjson", "{\"result\":{\"sequence\":\"1\"}}\n{\"result\":{\"sequence\":2}}\n{\"error\":{\"code\":14,\"message\":\"x\"}}\n");
                break;
            case "bare":
                await WriteAsync(response, 200, "application/jsonl", "{\"sequence\":1}\n{\"sequence\":2,\"error\":{}}");
                break;
            case "list":
                await WriteAsync(response, 200, "application/json", " [ {\"sequence\":1} , {\"sequence\":2}\n]\n");
                break;
            case "cut":
                await WriteAsync(response, 200, "application/json", "[{\"sequence\":1},{\"sequence\":2}");
                break;
            case "reset":
                await WriteAsync(response, 200, "application/x-ndjson", "{\"sequence\":1}\n");
                await response.Body.FlushAsync();
                await Signal("first-seen");
                context.Abort();
                break;
            case "events":
                await WriteAsync(response, 200, "text/event-stream", ": hi\n\ndata: {\"sequence\":1}\n\nid: 5\ndata: {\"sequence\":2}\n\nevent: end\ndata: {}\n\n");
                break;
            case "live":
                response.ContentType = "application/x-ndjson";
                await response.WriteAsync("{\"sequence\":1}\n");
                await response.Body.FlushAsync();
                await Signal("first-seen");
                await response.WriteAsync("{\"sequence\":2}\n");
                break;
            default:
                await WriteAsync(response, 200, "application/json", body.Length > 0 && body[0] == '{' && !body.Contains('\n', StringComparison.Ordinal) ? body : "{}");
                break;
        }
    }

    /// <summary>Answers each line of the request with itself, as it comes.</summary>
    private static async Task EchoLinesAsync(HttpContext context)
    {
        context.Response.ContentType = "application/x-ndjson";
        await context.Response.Body.FlushAsync();
        using var reader = new StreamReader(context.Request.Body);
        while (await reader.ReadLineAsync() is { } line)
        {
            await context.Response.WriteAsync(line + "\n");
            await context.Response.Body.FlushAsync();
        }
    }

    private static Task WriteAsync(HttpResponse response, int status, string contentType, string body)
    {
        response.StatusCode = status;
        response.ContentType = contentType;
        return response.Body.WriteAsync(Encoding.UTF8.GetBytes(body)).AsTask();
    }

    internal sealed record Seen(string Line, string Body, IReadOnlyDictionary<string, string> Headers);
}
