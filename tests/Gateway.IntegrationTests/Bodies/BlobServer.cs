using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Security.Cryptography;
using Gateway.IntegrationTests.Hosting;
using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using static Google.Protobuf.Reflection.FieldDescriptorProto.Types;
using Type = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace Gateway.IntegrationTests.Bodies;

/// <summary>
/// A gRPC server of google.api.HttpBody, message by message: it counts and hashes what is uploaded, makes what is downloaded, and ends its
/// streams as the test says.
/// </summary>
internal sealed class BlobServer : IAsyncDisposable
{
    /// <summary>Bytes of a message that is downloaded.</summary>
    public const int PieceSize = 256 * 1024;

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _ends = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _cancelled = new();

    private BlobServer(WebApplication app) => _app = app;

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/";

    /// <summary>The schema; methods are reached by their google.api.http rules.</summary>
    public static byte[] Schema { get; } = MakeSchema();

    public static async Task<BlobServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2);
        });
        var app = builder.Build();
        var server = new BlobServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync(Wait.Token());
        return server;
    }

    /// <summary>Ends the stream of that name, which waits after its first message: `clean`, `error` or `kill`.</summary>
    public void End(string name, string how) => _ends.GetOrAdd(name, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(how);

    /// <summary>Completes when the stream of that name has been cancelled.</summary>
    public Task CancelledAsync(string name) => Cancelled(name).Task.WaitAsync(Wait.Long);

    /// <summary>The bytes from an offset of what is downloaded: they differ from place to place.</summary>
    public static void Fill(Span<byte> bytes, long offset)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            var at = (ulong)(offset + i);
            bytes[i] = (byte)((at * 31) ^ (at >> 8) ^ (at >> 17));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private TaskCompletionSource Cancelled(string name) => _cancelled.GetOrAdd(name, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task AnswerAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        var status = 0;
        switch (context.Request.Path.Value!.Split('/')[^1])
        {
            case "Upload":
                await WriteAsync(context, await CountAsync(context, isWrapped: false));
                break;
            case "UploadNamed":
                await WriteAsync(context, await CountAsync(context, isWrapped: true));
                break;
            case "Download":
                await DownloadAsync(context, isWrapped: false);
                break;
            case "DownloadNamed":
                await DownloadAsync(context, isWrapped: true);
                break;
            case "Get":
                var (_, size) = ReadAsk(await ReadOneAsync(context));
                await WriteAsync(context, Body(size, 0, "image/png"));
                break;
            case "Watch":
                status = await WatchAsync(context, Text("one"));
                break;
            case "WatchRaw":
                status = await WatchAsync(context, new HttpBody { ContentType = "audio/ogg", Data = ByteString.CopyFromUtf8("one") }.ToByteArray());
                break;
        }

        if (status >= 0)
        {
            context.Response.AppendTrailer("grpc-status", status.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>One message, then the end that the test asks for; −1 when there is none to tell.</summary>
    private async Task<int> WatchAsync(HttpContext context, byte[] first)
    {
        var (name, _) = ReadAsk(await ReadOneAsync(context));
        await WriteAsync(context, first);
        var end = _ends.GetOrAdd(name, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            switch (await end.Task.WaitAsync(context.RequestAborted))
            {
                case "error":
                    return 10;
                case "kill":
                    context.Features.Get<IConnectionLifetimeFeature>()!.Abort();
                    return -1;
                default:
                    return 0;
            }
        }
        catch (OperationCanceledException)
        {
            Cancelled(name).TrySetResult();
            return -1;
        }
    }

    private static async Task DownloadAsync(HttpContext context, bool isWrapped)
    {
        var (_, size) = ReadAsk(await ReadOneAsync(context));
        for (long sent = 0; sent < size; sent += PieceSize)
        {
            var body = Body((int)Math.Min(PieceSize, size - sent), sent, sent == 0 ? "video/mp4" : "");
            await WriteAsync(context, isWrapped ? Wrap(body) : body);
        }
    }

    private static byte[] Body(long size, long offset, string type)
    {
        var bytes = new byte[size];
        Fill(bytes, offset);
        return new HttpBody { ContentType = type, Data = UnsafeByteOperations.UnsafeWrap(bytes), Extensions = { Any.Pack(new Empty()) } }.ToByteArray();
    }

    /// <summary>`{ content: body }`, field 2.</summary>
    private static byte[] Wrap(byte[] body)
    {
        using var output = new MemoryStream();
        using (var coded = new CodedOutputStream(output, leaveOpen: true))
        {
            coded.WriteTag(2, WireFormat.WireType.LengthDelimited);
            coded.WriteBytes(UnsafeByteOperations.UnsafeWrap(body));
        }

        return output.ToArray();
    }

    private static byte[] Text(string text) => [0x0a, (byte)text.Length, .. System.Text.Encoding.UTF8.GetBytes(text)];

    /// <summary>Counts and hashes what comes: `{ text: "NAME TYPE OTHER-TYPES SIZE LARGEST SHA256" }`.</summary>
    private static async Task<byte[]> CountAsync(HttpContext context, bool isWrapped)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long size = 0;
        var (messages, largest, others) = (0, 0, 0);
        var (type, name) = ("", "");
        await foreach (var message in ReadAsync(context))
        {
            var body = isWrapped ? Unwrap(message, ref name) : HttpBody.Parser.ParseFrom(message);
            type = messages == 0 ? body.ContentType : type;
            others += messages > 0 && body.ContentType.Length > 0 ? 1 : 0;
            messages++;
            size += body.Data.Length;
            largest = Math.Max(largest, body.Data.Length);
            hash.AppendData(body.Data.Span);
        }

        return Text($"{name}|{type}|{others}|{size}|{(largest <= 1024 * 1024 ? "bounded" : "large")}|{Convert.ToHexString(hash.GetHashAndReset())[..16]}");
    }

    private static HttpBody Unwrap(ReadOnlySequence<byte> message, ref string name)
    {
        var body = new HttpBody();
        using var input = new CodedInputStream(message.ToArray());
        for (uint tag; (tag = input.ReadTag()) != 0;)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1:
                    name = input.ReadString();
                    break;
                case 2:
                    input.ReadMessage(body);
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return body;
    }

    private static (string Name, long Size) ReadAsk(byte[] message)
    {
        var (name, size) = ("", 0L);
        using var input = new CodedInputStream(message);
        for (uint tag; (tag = input.ReadTag()) != 0;)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1:
                    name = input.ReadString();
                    break;
                default:
                    size = input.ReadInt64();
                    break;
            }
        }

        return (name, size);
    }

    private static async Task<byte[]> ReadOneAsync(HttpContext context)
    {
        byte[] first = [];
        await foreach (var message in ReadAsync(context))
        {
            first = message.ToArray();
        }

        return first;
    }

    private static async IAsyncEnumerable<ReadOnlySequence<byte>> ReadAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(context.RequestAborted);
            var buffer = result.Buffer;
            while (Cut(ref buffer) is { } message)
            {
                yield return message;
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                yield break;
            }
        }
    }

    private static ReadOnlySequence<byte>? Cut(ref ReadOnlySequence<byte> buffer)
    {
        if (buffer.Length < 5)
        {
            return null;
        }

        Span<byte> prefix = stackalloc byte[5];
        buffer.Slice(0, 5).CopyTo(prefix);
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (buffer.Length < 5 + length)
        {
            return null;
        }

        var message = buffer.Slice(5, length);
        buffer = buffer.Slice(message.End);
        return message;
    }

    private static async Task WriteAsync(HttpContext context, byte[] message)
    {
        var prefix = new byte[5];
        BinaryPrimitives.WriteUInt32BigEndian(prefix.AsSpan(1), (uint)message.Length);
        context.Response.BodyWriter.Write(prefix);
        context.Response.BodyWriter.Write(message);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static byte[] MakeSchema()
    {
        var ask = new DescriptorProto { Name = "Ask", Field = { Field("name", 1, Type.String), Field("size", 2, Type.Int64) } };
        var text = new DescriptorProto { Name = "Text", Field = { Field("text", 1, Type.String) } };
        var named = new DescriptorProto { Name = "Named", Field = { Field("name", 1, Type.String), Field("content", 2, Type.Message, ".google.api.HttpBody") } };
        var service = new ServiceDescriptorProto
        {
            Name = "Blobs",
            Method =
            {
                Method("Upload", ".google.api.HttpBody", ".blob.v1.Text", true, false, new HttpRule { Post = "/blobs:upload", Body = "*" }),
                Method("UploadNamed", ".blob.v1.Named", ".blob.v1.Text", true, false, new HttpRule { Put = "/blobs/{name}", Body = "content" }),
                Method("Put", ".blob.v1.Named", ".blob.v1.Text", false, false, new HttpRule { Post = "/blobs/{name}:put", Body = "content" }),
                Method("Download", ".blob.v1.Ask", ".google.api.HttpBody", false, true, new HttpRule { Get = "/blobs/{name}:download" }),
                Method("DownloadNamed", ".blob.v1.Ask", ".blob.v1.Named", false, true, new HttpRule { Get = "/blobs/{name}:named", ResponseBody = "content" }),
                Method("Get", ".blob.v1.Ask", ".google.api.HttpBody", false, false, new HttpRule { Get = "/blobs/{name}" }),
                Method("Watch", ".blob.v1.Ask", ".blob.v1.Text", false, true, new HttpRule { Get = "/watch/{name}" }),
                Method("WatchRaw", ".blob.v1.Ask", ".google.api.HttpBody", false, true, new HttpRule { Get = "/raw/{name}" }),
            },
        };
        var file = new FileDescriptorProto
        {
            Name = "blob.proto", Package = "blob.v1", Syntax = "proto3",
            Dependency = { "google/api/annotations.proto", "google/api/httpbody.proto" },
            MessageType = { ask, text, named },
            Service = { service },
        };
        return new FileDescriptorSet { File = { file } }.ToByteArray();
    }

    private static FieldDescriptorProto Field(string name, int number, Type type, string? message = null)
    {
        var field = new FieldDescriptorProto { Name = name, JsonName = name, Number = number, Type = type, Label = Label.Optional };
        if (message is not null)
        {
            field.TypeName = message;
        }

        return field;
    }

    private static MethodDescriptorProto Method(string name, string input, string output, bool streamsRequests, bool streamsAnswers, HttpRule rule)
    {
        var options = new MethodOptions();
        options.SetExtension(AnnotationsExtensions.Http, rule);
        return new MethodDescriptorProto { Name = name, InputType = input, OutputType = output, ClientStreaming = streamsRequests, ServerStreaming = streamsAnswers, Options = options };
    }
}
