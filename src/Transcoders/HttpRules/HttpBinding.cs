using Google.Protobuf.Reflection;
using Transcoders.Schema;

namespace Transcoders.HttpRules;

/// <summary>One way HTTP reaches a method: a verb, a template, and where body and answer stand. Immutable.</summary>
public sealed class HttpBinding
{
    internal HttpBinding(
        MethodSchema method, string verb, HttpTemplate template, FieldDescriptor? bodyField, bool bodyIsWhole, bool isAutomatic,
        RequestWeaver weaver, HttpResponseBody response)
    {
        Method = method;
        Verb = verb;
        Template = template;
        BodyField = bodyField;
        BodyIsWhole = bodyIsWhole;
        IsAutomatic = isAutomatic;
        Weaver = weaver;
        Response = response;
    }

    public MethodSchema Method { get; }

    /// <summary>The HTTP method; `*` for any not otherwise bound.</summary>
    public string Verb { get; }

    public HttpTemplate Template { get; }

    /// <summary>The field that the body becomes; null when the body is the whole request or there is none.</summary>
    public FieldDescriptor? BodyField { get; }

    /// <summary>True when the body is the request (`body: "*"`).</summary>
    public bool BodyIsWhole { get; }

    /// <summary>True when URL and query alone make the request, so that a GET-opened stream has its message at once.</summary>
    public bool HasNoBody => BodyField is null && !BodyIsWhole;

    /// <summary>True when no rule made it but the automatic mapping `POST /pkg.Service/Method`.</summary>
    public bool IsAutomatic { get; }

    /// <summary>Makes the request message.</summary>
    public RequestWeaver Weaver { get; }

    /// <summary>Makes the content of an answer.</summary>
    public HttpResponseBody Response { get; }

    /// <summary>As its author would write it: `GET /v1/{name}`.</summary>
    public override string ToString() => $"{Verb} {Template}";
}
