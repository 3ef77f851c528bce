using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Status = Google.Rpc.Status;

namespace Samples.Library;

/// <summary>Failures with google.rpc details, as clients of Google's APIs know them.</summary>
internal static class Failures
{
    public static RpcException NotFound(string type, string name) => With(
        StatusCode.NotFound,
        $"There is no {type} {name}.",
        new ResourceInfo { ResourceType = $"library.v1/{type}", ResourceName = name, Description = "Not in the catalogue." });

    public static RpcException AlreadyExists(string type, string name) => With(
        StatusCode.AlreadyExists,
        $"There is a {type} {name} already.",
        new ResourceInfo { ResourceType = $"library.v1/{type}", ResourceName = name });

    public static RpcException Invalid(string field, string description) => With(
        StatusCode.InvalidArgument,
        $"{field}: {description}",
        new BadRequest { FieldViolations = { new BadRequest.Types.FieldViolation { Field = field, Description = description } } });

    public static RpcException Lent(string book, string borrower) => With(
        StatusCode.FailedPrecondition,
        $"{book} is lent to {borrower}.",
        new PreconditionFailure
        {
            Violations = { new PreconditionFailure.Types.Violation { Type = "LENT", Subject = book, Description = "Wait until it is back." } },
        });

    public static RpcException TooMany(string subject, string description, TimeSpan retryAfter) => With(
        StatusCode.ResourceExhausted,
        description,
        new QuotaFailure { Violations = { new QuotaFailure.Types.Violation { Subject = subject, Description = description } } },
        new RetryInfo { RetryDelay = Duration.FromTimeSpan(retryAfter) });

    /// <summary>The failure a Behaviours request asks for.</summary>
    public static RpcException Asked(V1.Failure failure)
    {
        var trailers = new Metadata();
        foreach (var (key, value) in failure.Trailers)
        {
            trailers.Add(Entry(key, value));
        }

        return failure.Details
            ? With((StatusCode)failure.Code, failure.Message, trailers, EveryKindOfDetail())
            : new RpcException(new Grpc.Core.Status((StatusCode)failure.Code, failure.Message), trailers);
    }

    /// <summary>A header: text, or for a name that ends in `-bin` the UTF-8 bytes of it.</summary>
    public static Metadata.Entry Entry(string key, string value) =>
        key.EndsWith("-bin", StringComparison.OrdinalIgnoreCase)
            ? new Metadata.Entry(key, System.Text.Encoding.UTF8.GetBytes(value))
            : new Metadata.Entry(key, value);

    private static IMessage[] EveryKindOfDetail() =>
    [
        new ErrorInfo { Reason = "ASKED_FOR", Domain = "library.example", Metadata = { ["service"] = "library.v1.Behaviours" } },
        new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromSeconds(1.5)) },
        new BadRequest { FieldViolations = { new BadRequest.Types.FieldViolation { Field = "failure.code", Description = "Asked for." } } },
        new ResourceInfo { ResourceType = "library.v1/Book", ResourceName = "shelves/none/books/none" },
    ];

    private static RpcException With(StatusCode code, string message, params IMessage[] details) =>
        With(code, message, [], details);

    private static RpcException With(StatusCode code, string message, Metadata trailers, IMessage[] details)
    {
        var status = new Status { Code = (int)code, Message = message };
        foreach (var detail in details)
        {
            status.Details.Add(Any.Pack(detail));
        }

        trailers.Add("grpc-status-details-bin", status.ToByteArray());
        return new RpcException(new Grpc.Core.Status(code, message), trailers);
    }
}
