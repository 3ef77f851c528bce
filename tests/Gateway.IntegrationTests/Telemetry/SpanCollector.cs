using System.Globalization;
using System.Net;
using System.Threading.Channels;
using Gateway.IntegrationTests.Hosting;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.IntegrationTests.Telemetry;

/// <summary>A collector: takes traces as OTLP over HTTP and keeps the spans.</summary>
internal sealed class SpanCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<CollectedSpan> _spans = Channel.CreateUnbounded<CollectedSpan>();

    private SpanCollector()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.MapPost("/v1/traces", ReceiveAsync);
    }

    /// <summary>What makes a gateway send its spans here, soon.</summary>
    public Dictionary<string, string> Environment => new()
    {
        ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/v1/traces",
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "20",
    };

    public static async Task<SpanCollector> StartAsync()
    {
        var collector = new SpanCollector();
        await collector._app.StartAsync(Wait.Token());
        return collector;
    }

    /// <summary>The spans of a trace, once they satisfy the condition. Those of other traces are passed over.</summary>
    public async Task<IReadOnlyList<CollectedSpan>> TraceAsync(string traceId, Func<IReadOnlyList<CollectedSpan>, bool> until)
    {
        var found = new List<CollectedSpan>();
        var patience = Wait.Token();
        while (!until(found))
        {
            try
            {
                var span = await _spans.Reader.ReadAsync(patience);
                if (span.TraceId == traceId)
                {
                    found.Add(span);
                }
            }
            catch (OperationCanceledException)
            {
                Assert.Fail("Of the trace only these have come: " + string.Join(", ", found.Select(static span => $"{span.Kind} {span.Name} {span.Id} in {span.ParentId}")));
            }
        }

        return found;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);

        // ExportTraceServiceRequest.resource_spans = 1 · ResourceSpans.scope_spans = 2 · ScopeSpans.spans = 2
        foreach (var resource in Fields(body.ToArray(), 1))
        {
            foreach (var scope in Fields(resource, 2))
            {
                foreach (var span in Fields(scope, 2))
                {
                    _spans.Writer.TryWrite(Parse(span));
                }
            }
        }

        context.Response.ContentType = "application/x-protobuf";
    }

    /// <summary>Source: opentelemetry/proto/trace/v1/trace.proto, message Span.</summary>
    private static CollectedSpan Parse(byte[] span)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var attribute in Fields(span, 9))
        {
            var value = Fields(attribute, 2).Single();
            attributes[Text(Fields(attribute, 1).Single())] = Fields(value, 1).FirstOrDefault() is { } text ? Text(text) : Number(value, 3);
        }

        var status = Fields(span, 15).FirstOrDefault();
        return new CollectedSpan
        {
            TraceId = Hex(Fields(span, 1).Single()),
            Id = Hex(Fields(span, 2).Single()),
            ParentId = Fields(span, 4).FirstOrDefault() is { } parent ? Hex(parent) : "",
            Name = Text(Fields(span, 5).Single()),
            Kind = (SpanKind)int.Parse(Number(span, 6), CultureInfo.InvariantCulture),
            Attributes = attributes,
            IsError = status is not null && Number(status, 3) == "2",
        };
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    private static string Text(byte[] bytes) => System.Text.Encoding.UTF8.GetString(bytes);

    /// <summary>The length-delimited fields of this number.</summary>
    private static List<byte[]> Fields(byte[] message, int number)
    {
        var found = new List<byte[]>();
        using var reader = new CodedInputStream(message);
        while (reader.ReadTag() is not 0 and var tag)
        {
            if (tag == WireFormat.MakeTag(number, WireFormat.WireType.LengthDelimited))
            {
                found.Add(reader.ReadBytes().ToByteArray());
                continue;
            }

            reader.SkipLastField();
        }

        return found;
    }

    /// <summary>The varint field of this number, `0` when absent.</summary>
    private static string Number(byte[] message, int number)
    {
        using var reader = new CodedInputStream(message);
        while (reader.ReadTag() is not 0 and var tag)
        {
            if (tag == WireFormat.MakeTag(number, WireFormat.WireType.Varint))
            {
                return reader.ReadInt64().ToString(CultureInfo.InvariantCulture);
            }

            reader.SkipLastField();
        }

        return "0";
    }
}

/// <summary>SpanKind of OTLP.</summary>
internal enum SpanKind
{
    Unspecified = 0,
    Internal = 1,
    Server = 2,
    Client = 3,
}

/// <summary>What of a span the tests look at.</summary>
internal sealed record CollectedSpan
{
    public required string TraceId { get; init; }

    public required string Id { get; init; }

    public required string ParentId { get; init; }

    public required string Name { get; init; }

    public required SpanKind Kind { get; init; }

    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    public required bool IsError { get; init; }
}
