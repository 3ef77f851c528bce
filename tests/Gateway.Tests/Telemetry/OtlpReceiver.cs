using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Gateway.Tests.Telemetry;

/// <summary>Takes OTLP over HTTP and keeps what arrives.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, Channel<string>> _bodies = new();

    private OtlpReceiver()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(ReceiveAsync);
    }

    public string Url => _app.Urls.Single();

    public ConcurrentQueue<string> Paths { get; } = new();

    public static async Task<OtlpReceiver> StartAsync()
    {
        var receiver = new OtlpReceiver();
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>The next body sent to a path that holds <paramref name="text"/>; earlier ones, start-up's own, are passed over.</summary>
    public async Task<string> BodyAsync(string path, string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var body = await Bodies(path).Reader.ReadAsync(patience.Token);
            if (body.Contains(text, StringComparison.Ordinal))
            {
                return body;
            }
        }
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private Channel<string> Bodies(string path) => _bodies.GetOrAdd(path, static _ => Channel.CreateUnbounded<string>());

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Paths.Enqueue(context.Request.Path);
        Bodies(context.Request.Path).Writer.TryWrite(Encoding.UTF8.GetString(body.ToArray()));
        context.Response.ContentType = "application/x-protobuf";
    }
}
