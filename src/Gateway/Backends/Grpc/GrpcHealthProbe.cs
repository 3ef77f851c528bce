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

    private static readonly GrpcHealthProbe Instance = new();

    public static HttpRequestMessage CreateRequest(string address)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address.TrimEnd('/') + Path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Question),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(GrpcHeaders.ContentType);
        request.Headers.TryAddWithoutValidation("te", "trailers");
        request.Options.Set(Key, Instance);
        return request;
    }

    public override async Task<HttpResponseMessage> RunAsync(
        HttpRequestMessage request, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send, CancellationToken cancellationToken)
    {
        using var answer = await send(request, cancellationToken);
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
