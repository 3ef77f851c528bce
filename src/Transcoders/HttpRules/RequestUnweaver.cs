using System.Runtime.CompilerServices;
using System.Text;
using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.Payloads;

namespace Transcoders.HttpRules;

/// <summary>Path, query and body's kind of one request, made of a message.</summary>
/// <param name="Target">Path and query, percent-encoded; begins with `/`.</param>
/// <param name="HasBody">True when the request has a body, empty or not.</param>
/// <param name="ContentType">The body's media type: JSON, or what an HttpBody says; null without a body.</param>
public readonly record struct UnwovenRequest(string Target, bool HasBody, string? ContentType);

/// <summary>
/// Makes the HTTP request of one binding out of a request message, the way back of <see cref="RequestWeaver"/>:
/// `{ book: { title: "x", name: "books/7" }, mask: { paths: "title" } }` → `PATCH /v1/books/7?mask=title` with `{"title":"x"}`.
/// </summary>
/// <remarks>
/// Names are those of JSON; what is not set is left out, and a field with presence is written also when it holds its default. An empty
/// message inside a query leaves no trace. Compiled at load, used from any thread.
/// </remarks>
public sealed class RequestUnweaver
{
    /// <summary>Longest path and query, in bytes: common servers take less.</summary>
    public const int MaxTargetLength = 32 * 1024;

    /// <summary>Largest JSON form of one message on the way, in bytes.</summary>
    private const int MaxJson = 64 * 1024 * 1024;

    private const string Json = "application/json";

    private readonly PathUnweaver _path;
    private readonly PayloadPlan _toJson;
    private readonly MessageNode _request;
    private readonly BoundField? _bound;
    private readonly int _variables;
    private readonly bool _bodyIsWhole;
    private readonly byte[] _bodyField;
    private readonly FieldDescriptor? _httpBodyField;
    private readonly string? _fixedTarget;

    private RequestUnweaver(HttpBinding binding, PathUnweaver path, PayloadPlanCompiler plans)
    {
        var leaves = binding.Weaver.PathLeaves;
        _path = path;
        _toJson = plans.ProtobufToJson(binding.Method.Input);
        _request = binding.Weaver.Request;
        _bound = BoundField.Compile(leaves);
        _variables = leaves.Length;
        _bodyIsWhole = binding.BodyIsWhole;
        _bodyField = Encoding.UTF8.GetBytes(binding.BodyField?.JsonName ?? "");
        _httpBodyField = binding.Weaver.BodyIsHttpBody ? binding.BodyField : null;
        HasNoBody = binding.HasNoBody;
        BodyIsHttpBody = binding.Weaver.BodyIsHttpBody;
        Verb = binding.Verb != "*" ? binding.Verb : HasNoBody ? "GET" : "POST";
        _fixedTarget = _bodyIsWhole && _variables == 0 ? Target(default, default) : null;
    }

    /// <summary>The HTTP method. A rule for any method is reached by POST, or GET without a body.</summary>
    public string Verb { get; }

    /// <summary>True when no message of this method has a body.</summary>
    public bool HasNoBody { get; }

    /// <summary>True when the body is the bytes of a google.api.HttpBody.</summary>
    public bool BodyIsHttpBody { get; }

    /// <summary>Compiles the way back of a binding; null, with the reason, when there is none.</summary>
    /// <param name="binding">The binding.</param>
    /// <param name="plans">Compiles the JSON of the body; it prints JSON names and leaves out defaults.</param>
    /// <param name="problem">Why there is no way back; null when there is one.</param>
    public static RequestUnweaver? Compile(HttpBinding binding, PayloadPlanCompiler plans, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(binding);
        ArgumentNullException.ThrowIfNull(plans);
        if (plans.Options.ProtoNames || plans.Options.EmitDefaults)
        {
            throw new ArgumentException("The plans must print JSON names, and no defaults.", nameof(plans));
        }

        if (binding is { BodyIsWhole: true, Weaver: { BodyIsHttpBody: true, PathLeaves.IsEmpty: false } })
        {
            problem = $"the rule '{binding}' puts a field of google.api.HttpBody into the path and the whole of it into the body.";
            return null;
        }

        return PathUnweaver.Compile(binding.Template, binding.Weaver.PathLeaves, out problem) is { } path
            ? new RequestUnweaver(binding, path, plans)
            : null;
    }

    /// <summary>Makes the request of a message.</summary>
    /// <param name="message">The message on the wire.</param>
    /// <param name="body">The body is appended to it.</param>
    /// <exception cref="CallException">
    /// INVALID_ARGUMENT naming the field that path or query cannot carry; RESOURCE_EXHAUSTED over a limit.
    /// </exception>
    public UnwovenRequest Unweave(ReadOnlyMemory<byte> message, PayloadBuffer body)
    {
        ArgumentNullException.ThrowIfNull(body);
        try
        {
            return UnweaveCore(message, body, withTarget: true);
        }
        catch (CallException e) when (e.Status.Origin != StatusOrigin.Client)
        {
            throw AsClients(e);
        }
    }

    /// <summary>Appends the body alone: that of a later message of a client stream, of which the first has made path and query.</summary>
    /// <inheritdoc cref="Unweave"/>
    public void UnweaveBody(ReadOnlyMemory<byte> message, PayloadBuffer body)
    {
        ArgumentNullException.ThrowIfNull(body);
        try
        {
            UnweaveCore(message, body, withTarget: false);
        }
        catch (CallException e) when (e.Status.Origin != StatusOrigin.Client)
        {
            throw AsClients(e);
        }
    }

    internal static CallException TooLong() =>
        new(new CallStatus(StatusCode.ResourceExhausted, $"The message makes a URL of more than {MaxTargetLength} bytes; a field for the body would carry more.")
        {
            HttpStatus = 414,
            Origin = StatusOrigin.Client,
        });

    [SkipLocalsInit]
    private UnwovenRequest UnweaveCore(ReadOnlyMemory<byte> message, PayloadBuffer body, bool withTarget)
    {
        // 1. The whole message is the body: nothing to take apart.
        var contentType = HasNoBody ? null : Json;
        if (BodyIsHttpBody)
        {
            var content = HttpBodyWire.Read(message, _httpBodyField);
            body.Write(content.Data.Span);
            contentType = content.ContentType;
            if (_httpBodyField is null)
            {
                return new(withTarget ? _fixedTarget ?? Target(default, default) : "", true, contentType);
            }
        }
        else if (_fixedTarget is not null)
        {
            _toJson.Convert(message.Span, body);
            return new(_fixedTarget, true, contentType);
        }

        // 2. Else its JSON is walked once, and each field put where it belongs.
        using var json = new PayloadBuffer(MaxJson);
        ToJson(message.Span, json);
        using var query = new PayloadBuffer(MaxTargetLength);
        var captures = default(Captures);
        ((Span<(int, int)>)captures).Clear();
        Span<byte> name = stackalloc byte[UnweaveWalk.MaxName];
        Span<byte> scratch = stackalloc byte[ScratchBytes.StackSize];
        var walk = new UnweaveWalk(json.WrittenSpan, captures, withTarget ? query : null, body, name, new ScratchBytes(scratch));
        bool hasBody;
        try
        {
            hasBody = Walk(ref walk) || BodyIsHttpBody;
        }
        finally
        {
            walk.Dispose();
        }

        body.ThrowIfOverLimit();
        return new(withTarget ? Target(json.WrittenSpan, captures, query) : "", hasBody, hasBody ? contentType : null);
    }

    private bool Walk(ref UnweaveWalk walk)
    {
        if (_bodyIsWhole)
        {
            walk.CopyWhole(_bound);
            return true;
        }

        return walk.Split(_request, _bound, BodyIsHttpBody ? default : _bodyField);
    }

    /// <summary>The message as JSON; without an HttpBody in it, whose bytes would only become base64 to be dropped.</summary>
    private void ToJson(ReadOnlySpan<byte> message, PayloadBuffer json)
    {
        if (_httpBodyField is null)
        {
            _toJson.Convert(message, json);
            return;
        }

        using var rest = new PayloadBuffer(int.MaxValue);
        var position = 0;
        while (position < message.Length)
        {
            var start = position;
            if (!WireReader.TryReadTag(message, ref position, out var tag) || !WireReader.TrySkip(message, ref position, tag))
            {
                throw PayloadErrors.InvalidWire(_httpBodyField.ContainingType.FullName, "", "its wire form is malformed.");
            }

            if (tag >> 3 != (uint)_httpBodyField.FieldNumber)
            {
                rest.Write(message[start..position]);
            }
        }

        _toJson.Convert(rest.WrittenSpan, json);
    }

    private string Target(ReadOnlySpan<byte> json, ReadOnlySpan<(int Start, int End)> captures, PayloadBuffer? query = null)
    {
        using var target = new PayloadBuffer(MaxTargetLength * 4);
        _path.Write(json, captures, target);
        if (query is { Length: > 0 })
        {
            target.Write("?"u8);
            target.Write(query.WrittenSpan);
        }

        return target.Length <= MaxTargetLength ? Encoding.ASCII.GetString(target.WrittenSpan) : throw TooLong();
    }

    /// <summary>A plan does not know whose bytes it converts; here they are the client's, and its message is what cannot be sent on.</summary>
    private static CallException AsClients(CallException e) =>
        new(
            new CallStatus(e.Status.Code == StatusCode.Internal ? StatusCode.InvalidArgument : e.Status.Code, e.Status.Message)
            {
                Details = e.Status.Details,
                HttpStatus = e.Status.HttpStatus == 0 && e.Status.Code == StatusCode.ResourceExhausted ? 413 : e.Status.HttpStatus,
                Origin = StatusOrigin.Client,
            },
            e);

    [InlineArray(HttpTemplateParser.MaxVariables)]
    private struct Captures
    {
        private (int Start, int End) _first;
    }
}
