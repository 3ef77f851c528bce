using System.Text;
using Google.Rpc;
using Transcoders.Calls;
using Transcoders.Http;
using Transcoders.Payloads;
using Transcoders.Schema;

namespace Transcoders.Tests.Http;

public sealed class ErrorBodyReaderTests
{
    private static readonly ErrorBodyReader Reader = new(new StatusJsonReader(SchemaCatalog.BuiltIn));

    [Theory]
    [InlineData(404, "application/problem+json", """{"title":"Not Found","status":404,"detail":"no item a"}""", StatusCode.NotFound, "no item a")]
    [InlineData(400, "application/problem+json; charset=utf-8", """{"title":"Bad"}""", StatusCode.InvalidArgument, "Bad")]
    [InlineData(409, "application/problem+json", """{"detail":"there","grpcStatus":"ALREADY_EXISTS"}""", StatusCode.AlreadyExists, "there")]
    [InlineData(404, "application/json", """{"error":{"code":404,"message":"no room","status":"NOT_FOUND","details":[]}}""", StatusCode.NotFound, "no room")]
    [InlineData(409, "application/json", """{"error":{"code":409,"message":"x","status":"ALREADY_EXISTS"}}""", StatusCode.AlreadyExists, "x")]
    [InlineData(503, "application/json", """{"error":{"code":14,"message":"away"}}""", StatusCode.Unavailable, "away")]
    [InlineData(404, "application/json", """{"code":"not_found","message":"gone"}""", StatusCode.NotFound, "gone")]
    [InlineData(499, "application/json", """{"code":"canceled"}""", StatusCode.Cancelled, "The backend answered with HTTP status 499.")]
    [InlineData(400, "application/json", """{"code":9,"message":"not now","details":[]}""", StatusCode.FailedPrecondition, "not now")]
    [InlineData(400, "application/json", """{"code":9}""", StatusCode.InvalidArgument, "The backend answered with HTTP status 400.")]
    [InlineData(400, "application/json", """{"code":0,"message":"fine"}""", StatusCode.InvalidArgument, "fine")]
    [InlineData(404, "application/json", """{"error":"text","code":5,"message":"text"}""", StatusCode.NotFound, "text")]
    [InlineData(401, "application/json", """{"error":"invalid_token","error_description":"expired"}""", StatusCode.Unauthenticated, "expired")]
    [InlineData(500, "application/json", """{"message":"boom"}""", StatusCode.Internal, "boom")]
    [InlineData(500, "application/json", "[1,2", StatusCode.Internal, "The backend answered with HTTP status 500.")]
    [InlineData(502, "text/html", "<html>", StatusCode.Unavailable, "The backend answered with HTTP status 502.")]
    [InlineData(429, "text/plain", " slow down \n", StatusCode.ResourceExhausted, "slow down")]
    [InlineData(403, null, "no", StatusCode.PermissionDenied, "no")]
    [InlineData(302, "text/plain", "", StatusCode.Unknown, "The backend answered with HTTP status 302.")]
    [InlineData(304, null, "", StatusCode.Unknown, "The backend answered with HTTP status 304.")]
    public void Body_BecomesTheStatusItSays(int httpStatus, string? contentType, string body, StatusCode code, string message)
    {
        var status = Reader.Read(httpStatus, contentType, Encoding.UTF8.GetBytes(body));

        Assert.Equal((code, message, httpStatus, StatusOrigin.Backend), (status.Code, status.Message, status.HttpStatus, status.Origin));
    }

    [Theory]
    [InlineData("""{"error":{"code":404,"message":"m","status":"NOT_FOUND","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"R","domain":"d"}]}}""")]
    [InlineData("""{"code":5,"message":"m","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"R","domain":"d"}]}""")]
    [InlineData("""{"code":"not_found","message":"m","details":[{"type":"google.rpc.ErrorInfo","value":"CgFSEgFk"}]}""")]
    public void Details_AreKept(string body)
    {
        var status = Reader.Read(404, "application/json", Encoding.UTF8.GetBytes(body));

        var wire = Google.Rpc.Status.Parser.ParseFrom(status.Details.Span);
        Assert.Equal((5, "m"), (wire.Code, wire.Message));
        Assert.Equal(new ErrorInfo { Reason = "R", Domain = "d" }, Assert.Single(wire.Details).Unpack<ErrorInfo>());
    }

    [Theory]
    [InlineData("""{"code":14,"message":"x"}""", StatusCode.Unavailable, "x")]
    [InlineData("""{"http_code":500,"message":"x"}""", StatusCode.Unknown, "x")]
    [InlineData("\"bad\"", StatusCode.Unknown, "bad")]
    [InlineData("null", StatusCode.Unknown, "The backend ended its stream with an error.")]
    public void ErrorOfAStream_IsAStatus(string error, StatusCode code, string message)
    {
        var status = Reader.ReadStreamed(Encoding.UTF8.GetBytes(error));

        Assert.Equal((code, message), (status.Code, status.Message));
    }

    [Fact]
    public void LongText_IsCut()
    {
        Assert.Equal(4096, Reader.Read(500, "text/plain", Encoding.UTF8.GetBytes(new string('x', 9000))).Message.Length);
    }

    [Fact]
    public void HostileBodies_StillGiveAStatus()
    {
        var random = new Random(7);
        var seeds = new[] { """{"error":{"code":404,"status":"X","details":[{"@type":"a","value":1}]}}""", """{"code":"not_found","details":[{"type":1},{"type":"x","value":"!"},7]}""", """{"code":5,"message":"\ud800","details":[[[]]]}""" };
        foreach (var seed in seeds)
        {
            for (var i = 0; i < 2000; i++)
            {
                var bytes = Encoding.UTF8.GetBytes(seed);
                for (var j = random.Next(4); j > 0; j--)
                {
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                }

                var status = Reader.Read(500, random.Next(2) == 0 ? null : "application/json", bytes);
                Assert.False(status.IsOk);
            }
        }
    }

    [Theory]
    [InlineData("2", 2)]
    [InlineData("Thu, 01 Jan 1970 00:01:00 GMT", 60)]
    [InlineData("Wed, 01 Jan 1969 00:01:00 GMT", 0)]
    [InlineData("99999999", 86400)]
    [InlineData("-1", null)]
    [InlineData("soon", null)]
    [InlineData(null, null)]
    public void RetryAfter_IsADelay(string? value, int? seconds)
    {
        Assert.Equal(seconds is { } s ? TimeSpan.FromSeconds(s) : null, RetryAfter.Parse(value, DateTimeOffset.UnixEpoch));
    }
}
