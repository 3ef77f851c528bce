using System.Net;
using System.Net.Http.Headers;
using Transcoders.Calls;
using Transcoders.Grpc;

namespace Gateway.Backends.Grpc;

/// <summary>
/// Asks `grpc.health.v1.Health/Check` for the server as a whole. A server without that service is up, as its answer shows.
/// Source: grpc/doc/health-checking.md.
/// </summary>
internal sealed class GrpcHealthProbe : HealthProbe
{
    private const string Path = "/grpc.health.v1.Health/Check";

    /// <summary>`status = SERVING`: field 1, varint 1.</summary>
    private static readonly byte[] Serving = [0, 0, 0, 0, 2, 0x08, 0x01];

    /// <summary>An empty HealthCheckRequest, framed.</summary>
    private static readonly byte[] Question = new byte[GrpcFrameReader.PrefixLength];

    public GrpcHealthProbe(string address)
        : base(HttpMethod.Post, address.TrimEnd('/') + Path)
    {
        Version = HttpVersion.Version20;
        VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        Content = new ByteArrayContent(Question);
        Content.Headers.ContentType = new MediaTypeHeaderValue(GrpcHeaders.ContentType);
        Headers.TryAddWithoutValidation("te", "trailers");
    }

    public override async Task<HttpResponseMessage> RunAsync(
        Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send, CancellationToken cancellationToken)
    {
        using var answer = await send(this, cancellationToken);
        var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        var reader = new GrpcStatusReader();
        foreach (var header in answer.Headers.NonValidated)
        {
            reader.Add(header.Key, header.Value.ToString());
        }

        foreach (var trailer in answer.TrailingHeaders.NonValidated)
        {
            reader.Add(trailer.Key, trailer.Value.ToString());
        }

        var healthy = answer.StatusCode == HttpStatusCode.OK && reader.HasStatus && reader.ToStatus().Code switch
        {
            StatusCode.Ok => body.AsSpan().SequenceEqual(Serving),
            StatusCode.Unimplemented => true,
            _ => false,
        };
        return new HttpResponseMessage(healthy ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable);
    }
}
