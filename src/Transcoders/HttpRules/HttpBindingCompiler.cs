using System.Diagnostics.CodeAnalysis;
using Google.Api;
using Google.Protobuf.Reflection;
using Transcoders.Payloads;
using Transcoders.Schema;

namespace Transcoders.HttpRules;

/// <summary>Makes bindings of rules, checking each against the method's messages; what is wrong is collected, not thrown.</summary>
internal sealed class HttpBindingCompiler(PayloadPlanCompiler plans, WeaveOptions options, List<HttpRuleProblem> problems)
{
    private readonly FieldNodeCompiler _nodes = new(plans, options.CaseInsensitiveEnums);

    /// <summary>Makes the bindings of one rule: the rule itself and its additional bindings, which go one level deep.</summary>
    public void Compile(MethodSchema method, HttpRule rule, List<HttpBinding> bindings)
    {
        if (TryCompileOne(method, rule, out var binding))
        {
            bindings.Add(binding);
        }

        foreach (var additional in rule.AdditionalBindings)
        {
            if (additional.AdditionalBindings.Count != 0)
            {
                problems.Add(new(
                    method.FullName, Describe(additional), "additional_bindings",
                    "an additional binding may not have additional bindings itself; put them beside it."));
            }

            if (TryCompileOne(method, additional, out binding))
            {
                bindings.Add(binding);
            }
        }
    }

    /// <summary>The binding `POST /pkg.Service/Method` with the request as body, which needs no rule.</summary>
    public HttpBinding CompileAutomatic(MethodSchema method)
    {
        var segments = new TemplateSegment[] { new(SegmentKind.Literal, method.ServiceName, false), new(SegmentKind.Literal, method.FullName[(method.ServiceName.Length + 1)..], false) };
        var template = new HttpTemplate(method.Path, segments, [], null);
        return Create(method, "POST", template, [], bodyField: null, bodyIsWhole: true, responseField: null, isAutomatic: true);
    }

    private bool TryCompileOne(MethodSchema method, HttpRule rule, [NotNullWhen(true)] out HttpBinding? binding)
    {
        binding = null;
        var known = problems.Count;
        var (verb, path) = Pattern(rule);
        var described = Describe(rule);
        void Report(string field, string text) => problems.Add(new(method.FullName, described, field, text));

        if (verb is null || path is null)
        {
            Report("", "the rule names no pattern; one of get, put, post, delete, patch or custom would be right.");
            return false;
        }

        if (!IsToken(verb))
        {
            Report("custom.kind", $"'{verb}' is not an HTTP method; a token such as 'PURGE', or '*' for any, would be right.");
        }

        if (!HttpTemplateParser.TryParse(path, out var template, out var problem))
        {
            Report("", $"the template is malformed {problem}");
            return false;
        }

        var bodyField = TopLevelField(method.Input, rule.Body, "body", Report);
        var responseField = TopLevelField(method.Output, rule.ResponseBody, "response_body", Report);
        var leaves = CompileVariables(method.Input, template, bodyField, Report);
        if (problems.Count != known)
        {
            return false;
        }

        binding = Create(method, verb, template, leaves, bodyField, rule.Body == "*", responseField, isAutomatic: false);
        return true;
    }

    private HttpBinding Create(
        MethodSchema method, string verb, HttpTemplate template, PathLeaf[] leaves,
        FieldDescriptor? bodyField, bool bodyIsWhole, FieldDescriptor? responseField, bool isAutomatic)
    {
        var request = _nodes.Compile(method.Input);
        var query = new QueryBinder(request, bodyField, bodyIsWhole, options);
        var body = BodyBinder.Compile(method.Input, bodyField, bodyIsWhole, options.UnexpectedBody, plans);
        var mask = options.MaskFromBody && verb is ("PATCH" or "*") ? BodyMask.Compile(method.Input, request, bodyField, plans.Options.MaxDepth) : null;
        var weaver = new RequestWeaver(template, leaves, query, body, mask, options);
        var response = HttpResponseBody.Compile(method.Output, responseField, plans);
        return new HttpBinding(method, verb, template, bodyField, bodyIsWhole, isAutomatic, weaver, response);
    }

    private PathLeaf[] CompileVariables(
        MessageDescriptor input, HttpTemplate template, FieldDescriptor? bodyField, Action<string, string> report)
    {
        var leaves = new List<PathLeaf>();
        foreach (var variable in template.Variables)
        {
            if (ResolveVariable(input, variable.FieldPath, report) is not { } chain)
            {
                continue;
            }

            if (chain.Length == 1 && ReferenceEquals(chain[0].Field, bodyField))
            {
                report(variable.FieldPath, "the field is a variable of the path and the whole body; it can be one of them.");
            }

            foreach (var other in leaves)
            {
                if (FindRivals(chain, other.Chain) is { } oneof)
                {
                    report(variable.FieldPath, $"it and '{other.FieldPath}' belong to the oneof '{oneof}': only one of them can be set.");
                }
            }

            leaves.Add(new(variable.FieldPath, chain, variable.IsMultiSegment));
        }

        return [.. leaves];
    }

    private FieldNode[]? ResolveVariable(MessageDescriptor input, string path, Action<string, string> report)
    {
        var names = path.Split('.');
        if (names.Length > NestedWriter.MaxDepth)
        {
            report(path, $"a field path has at most {NestedWriter.MaxDepth} names.");
            return null;
        }

        var chain = new FieldNode[names.Length];
        var message = input;
        for (var i = 0; i < names.Length; i++)
        {
            var field = message.FindFieldByName(names[i]);
            if (field is null)
            {
                report(path, $"the message {message.FullName} has no field '{names[i]}'{Suggest(message, names[i])}.");
                return null;
            }

            if (field.IsRepeated)
            {
                report(path, $"'{names[i]}' is {(field.IsMap ? "a map" : "repeated")}; a variable binds a single value.");
                return null;
            }

            var node = _nodes.Compile(message).Find(names[i])!;
            var isLast = i == names.Length - 1;
            if (isLast && node.Role != FieldRole.Leaf)
            {
                report(path, $"'{names[i]}' is the message {field.MessageType.FullName}; a variable binds a scalar, such as one of its fields.");
                return null;
            }

            if (!isLast && node.Role != FieldRole.Message)
            {
                report(path, $"'{names[i]}' is not a message whose fields a path can name.");
                return null;
            }

            chain[i] = node;
            message = isLast ? message : field.MessageType;
        }

        return chain;
    }

    /// <summary>The oneof of which both chains set a different member, or null.</summary>
    private static string? FindRivals(FieldNode[] a, FieldNode[] b)
    {
        for (var i = 0; i < a.Length && i < b.Length; i++)
        {
            if (!ReferenceEquals(a[i], b[i]))
            {
                return a[i].Oneof >= 0 && a[i].Oneof == b[i].Oneof ? a[i].Field.RealContainingOneof.Name : null;
            }
        }

        return null;
    }

    private static FieldDescriptor? TopLevelField(MessageDescriptor message, string name, string key, Action<string, string> report)
    {
        if (name.Length == 0 || (name == "*" && key == "body"))
        {
            return null;
        }

        if (message.FindFieldByName(name) is { } field)
        {
            return field;
        }

        report(key, name.Contains('.', StringComparison.Ordinal)
            ? $"'{name}' is a path; a top-level field of {message.FullName} would be right."
            : $"the message {message.FullName} has no field '{name}'{Suggest(message, name)}.");
        return null;
    }

    private static string Suggest(MessageDescriptor message, string name)
    {
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            if (field.JsonName == name || field.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return $"; '{field.Name}' would be right";
            }
        }

        return "";
    }

    private static (string? Verb, string? Path) Pattern(HttpRule rule) => rule.PatternCase switch
    {
        HttpRule.PatternOneofCase.Get => ("GET", rule.Get),
        HttpRule.PatternOneofCase.Put => ("PUT", rule.Put),
        HttpRule.PatternOneofCase.Post => ("POST", rule.Post),
        HttpRule.PatternOneofCase.Delete => ("DELETE", rule.Delete),
        HttpRule.PatternOneofCase.Patch => ("PATCH", rule.Patch),
        HttpRule.PatternOneofCase.Custom => (rule.Custom.Kind, rule.Custom.Path),
        _ => (null, null),
    };

    private static string Describe(HttpRule rule)
    {
        var (verb, path) = Pattern(rule);
        return verb is null ? "" : $"{verb} {path}";
    }

    /// <summary>RFC 9110 §5.6.2; `*` is one of its characters.</summary>
    private static bool IsToken(string verb)
    {
        foreach (var letter in verb)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && !"!#$%&'*+-.^_`|~".Contains(letter, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return verb.Length != 0;
    }
}
