using System.Text.Json;
using Grpc.Core;

namespace Gateway.IntegrationTests.Matrix.Edges;

/// <summary>The canonical table as clients know it (PROTOCOLS §10.2), written down a second time so that a slip in the product's shows.</summary>
internal static class HttpStatuses
{
    public static int Of(StatusCode code) => code switch
    {
        StatusCode.OK => 200,
        StatusCode.Cancelled => 499,
        StatusCode.Unknown => 500,
        StatusCode.InvalidArgument => 400,
        StatusCode.DeadlineExceeded => 504,
        StatusCode.NotFound => 404,
        StatusCode.AlreadyExists => 409,
        StatusCode.PermissionDenied => 403,
        StatusCode.ResourceExhausted => 429,
        StatusCode.FailedPrecondition => 400,
        StatusCode.Aborted => 409,
        StatusCode.OutOfRange => 400,
        StatusCode.Unimplemented => 501,
        StatusCode.Internal => 500,
        StatusCode.Unavailable => 503,
        StatusCode.DataLoss => 500,
        StatusCode.Unauthenticated => 401,
        _ => throw new ArgumentOutOfRangeException(nameof(code)),
    };

    /// <summary>What a bare HTTP status of the table means (PROTOCOLS §3.4): less than what was meant.</summary>
    public static StatusCode From(int status) => status switch
    {
        400 => StatusCode.InvalidArgument,
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 => StatusCode.NotFound,
        409 => StatusCode.Aborted,
        429 => StatusCode.ResourceExhausted,
        499 => StatusCode.Cancelled,
        500 => StatusCode.Internal,
        501 => StatusCode.Unimplemented,
        502 or 503 => StatusCode.Unavailable,
        504 => StatusCode.DeadlineExceeded,
        _ => StatusCode.Unknown,
    };

    /// <summary>What remains of a code that a bare HTTP status told.</summary>
    public static StatusCode Bare(StatusCode code) => From(Of(code));

    /// <summary>The failure an answer tells: google.rpc.Status, or its bare HTTP status, as YARP answers for a server it cannot reach.</summary>
    public static async Task<CallEnd> FailureAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        var wire = (int)response.StatusCode;
        return response.Content.Headers.ContentType?.MediaType == "application/json"
            ? CallEnd.FromStatus(JsonDocument.Parse(body).RootElement, wire)
            : new CallEnd { Code = From(wire), Wire = wire };
    }

    public static IReadOnlyDictionary<string, string> Headers(HttpResponseMessage response)
    {
        var headers = new Dictionary<string, string>();
        foreach (var (name, values) in response.Headers.NonValidated)
        {
            headers[name.ToLowerInvariant()] = values.ToString();
        }

        return headers;
    }
}
