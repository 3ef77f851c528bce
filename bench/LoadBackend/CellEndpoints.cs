using System.Globalization;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Bench.Backend;

/// <summary>What the cells of the matrix find behind the gateway that is no gRPC: echoes and streams over HTTP, event streams and WebSockets.</summary>
internal static class CellEndpoints
{
    private static readonly byte[] RpcAnswer = """{"jsonrpc":"2.0","id":1,"result":{"text":"an answer"}}"""u8.ToArray();

    // A close frame with 1000, after which nothing is sent.
    private static readonly byte[] CloseFrame = [0x88, 0x02, 0x03, 0xE8];

    public static void Map(WebApplication app)
    {
        app.UseWebSockets();
        app.MapPost("/v1/small", EchoAsync);
        app.MapPost("/http/echo", EchoAsync);
        app.MapPost("/http/rpc", (HttpContext context) => WriteAsync(context, "application/json", RpcAnswer));
        app.MapGet("/v1/stream", StreamAsync);
        app.MapGet("/http/stream", StreamAsync);
        app.MapGet("/sse/stream", StreamAsync);
        app.MapGet("/sse/idle", IdleAsync);
        app.MapGet("/http/idle", IdleAsync);
        app.MapGet("/ws/echo", EchoSocketAsync);
        app.MapGet("/ws/stream", (HttpContext context) => StreamSocketAsync(context, Count(context)));
        app.MapGet("/ws/stream/{count:int}", (HttpContext context, int count) => StreamSocketAsync(context, count));
    }

    private static async Task EchoAsync(HttpContext context)
    {
        context.Response.ContentLength = context.Request.ContentLength;
        context.Response.ContentType = "application/json";
        await context.Request.BodyReader.CopyToAsync(context.Response.BodyWriter);
    }

    private static Task WriteAsync(HttpContext context, string contentType, byte[] body)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, 0, body.Length);
    }

    private static bool WantsEvents(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/sse") || context.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.Ordinal);

    private static Task StreamAsync(HttpContext context)
    {
        // Where nobody asks for events these are lines, whatever else would be taken.
        var isEvents = context.Request.Path.StartsWithSegments("/http") ? false : WantsEvents(context);
        context.Response.ContentType = isEvents ? "text/event-stream" : "application/x-ndjson";
        return StreamBodies.WriteAsync(
            context.Response.Body,
            Count(context),
            isEvents ? StreamBodies.Events : StreamBodies.Lines,
            isEvents ? "event: end\ndata: {}\n\n"u8.ToArray() : default,
            context.RequestAborted);
    }

    /// <summary>One message, and then silence until the client leaves.</summary>
    private static async Task IdleAsync(HttpContext context)
    {
        var isEvents = context.Request.Path.StartsWithSegments("/sse");
        context.Response.ContentType = isEvents ? "text/event-stream" : "application/x-ndjson";
        await context.Response.Body.WriteAsync(isEvents ? StreamBodies.Events(1) : StreamBodies.Lines(1));
        await context.Response.Body.FlushAsync();
        await UntilGoneAsync(context.RequestAborted);
    }

    public static async Task UntilGoneAsync(CancellationToken gone)
    {
        var left = new TaskCompletionSource();
        await using var registration = gone.Register(left.SetResult);
        await left.Task;
    }

    private static async Task EchoSocketAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted) is { MessageType: not WebSocketMessageType.Close } message)
            {
                await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, context.RequestAborted);
            }

            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The client has gone.
        }
    }

    /// <summary>A socket whose frames are written as one body: a call for each would make the backend what is measured.</summary>
    private static async Task StreamSocketAsync(HttpContext context, int count)
    {
        var key = context.Request.Headers.SecWebSocketKey + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        context.Response.Headers.SecWebSocketAccept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key)));
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.Connection = "Upgrade";
        await using var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        try
        {
            await StreamBodies.WriteAsync(stream, count, StreamBodies.Frames, CloseFrame, context.RequestAborted);
            // What the client says is not listened to; its close ends it.
            var buffer = new byte[4096];
            while (await stream.ReadAsync(buffer, context.RequestAborted) > 0)
            {
                if ((buffer[0] & 0x0F) == 8)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client has gone.
        }
    }

    private static int Count(HttpContext context) => int.Parse(context.Request.Query["count"].ToString(), CultureInfo.InvariantCulture);
}
