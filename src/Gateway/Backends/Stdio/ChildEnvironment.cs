using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Transcoders.Calls;

namespace Gateway.Backends.Stdio;

/// <summary>The variables a child gets: those of its plan, and those that say which call it serves.</summary>
internal static class ChildEnvironment
{
    /// <summary>The full name of the method, `pkg.Service/Method`; absent when the route has no schema.</summary>
    public const string Method = "GATEWAY_METHOD";

    /// <summary>W3C trace context of the call, under the names that OpenTelemetry's environment carrier uses.</summary>
    public const string TraceParent = "TRACEPARENT";

    public const string TraceState = "TRACESTATE";

    /// <summary>An id no other process of this gateway has had.</summary>
    public const string CallId = "GW_CALL_ID";

    /// <summary>Milliseconds that were left when the process was started; absent when there is no deadline.</summary>
    public const string DeadlineMs = "GW_DEADLINE_MS";

    /// <summary>Metadata by name: `x-team` → `GW_MD_X_TEAM`.</summary>
    public const string MetadataPrefix = "GW_MD_";

    /// <summary>Most bytes of all a child gets, plan and call together: names, values, and two for each.</summary>
    public const int MaxSize = 64 * 1024;

    /// <summary>What the call adds.</summary>
    /// <param name="head">The call.</param>
    /// <param name="activity">The span it runs in; null when nobody traces.</param>
    /// <param name="passes">Which metadata the child may see.</param>
    /// <param name="clock">The deadline's clock.</param>
    public static List<KeyValuePair<string, string>> Of(CallHead head, Activity? activity, MetadataNames passes, TimeProvider clock)
    {
        var variables = new List<KeyValuePair<string, string>>(8);
        Add(variables, CallId, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
        Add(variables, Method, head.Method);
        if (head.Deadline.IsSet)
        {
            Add(variables, DeadlineMs, ((long)head.Deadline.Remaining(clock).TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        }

        if (activity is { IdFormat: ActivityIdFormat.W3C })
        {
            Add(variables, TraceParent, activity.Id);
            Add(variables, TraceState, activity.TraceStateString);
        }
        else if (head.Metadata.Find("traceparent") is { } parent)
        {
            // Nobody traces here: the client's context goes on as it came.
            Add(variables, TraceParent, parent);
            Add(variables, TraceState, head.Metadata.Find("tracestate"));
        }

        foreach (ref readonly var entry in head.Metadata.AsSpan())
        {
            if (passes.Contains(entry.Key))
            {
                AddJoined(variables, NameOf(MetadataPrefix, entry.Key), entry.Value);
            }
        }

        return variables;
    }

    /// <summary>Adds a variable, unless it has no value or one that would end it early.</summary>
    public static void Add(List<KeyValuePair<string, string>> variables, string name, string? value)
    {
        // A NUL would end the variable early: whatever sent it, it is not passed on.
        if (!string.IsNullOrEmpty(value) && !value.Contains('\0'))
        {
            variables.Add(new(name, value));
        }
    }

    /// <summary>Adds a header's value; values of one name are joined by a comma, as RFC 3875 §4.1.18 has it.</summary>
    public static void AddJoined(List<KeyValuePair<string, string>> variables, string name, string value)
    {
        for (var i = 0; i < variables.Count; i++)
        {
            if (variables[i].Key == name)
            {
                variables[i] = new(name, $"{variables[i].Value}, {value}");
                return;
            }
        }

        Add(variables, name, value);
    }

    /// <summary>`x-team` → `GW_MD_X_TEAM`: upper case, and `_` for what no variable's name has.</summary>
    public static string NameOf(string prefix, string header) => string.Create(prefix.Length + header.Length, (prefix, header), static (span, state) =>
    {
        state.prefix.CopyTo(span);
        for (var i = 0; i < state.header.Length; i++)
        {
            var c = state.header[i];
            span[state.prefix.Length + i] = char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_';
        }
    });

    /// <summary>Refuses an environment the client has made too large.</summary>
    /// <exception cref="CallException">RESOURCE_EXHAUSTED, HTTP 431.</exception>
    public static void ThrowIfOverLimit(ReadOnlySpan<KeyValuePair<string, string>> plan, List<KeyValuePair<string, string>> call)
    {
        var size = 0;
        foreach (var (name, value) in plan)
        {
            size += Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value) + 2;
        }

        // What the configuration sets is its own affair; the client may fill what is left of the bound.
        var limit = Math.Max(MaxSize, size);
        foreach (var (name, value) in call)
        {
            size += name.Length + Encoding.UTF8.GetByteCount(value) + 2;
        }

        if (call.Count != 0 && size > limit)
        {
            throw new CallException(new CallStatus(StatusCode.ResourceExhausted, $"The request's headers are larger than the {MaxSize} bytes of variables a process gets.")
            {
                HttpStatus = 431,
                Origin = StatusOrigin.Client,
            });
        }
    }

    /// <summary>`NAME=value` for each; a name of the call wins over the plan's.</summary>
    public static string[] Join(ReadOnlySpan<KeyValuePair<string, string>> plan, ReadOnlySpan<KeyValuePair<string, string>> call)
    {
        var joined = new List<string>(plan.Length + call.Length);
        foreach (var (name, value) in plan)
        {
            if (!Has(call, name))
            {
                joined.Add($"{name}={value}");
            }
        }

        foreach (var (name, value) in call)
        {
            joined.Add($"{name}={value}");
        }

        return [.. joined];
    }

    private static bool Has(ReadOnlySpan<KeyValuePair<string, string>> variables, string name)
    {
        foreach (var variable in variables)
        {
            if (variable.Key == name)
            {
                return true;
            }
        }

        return false;
    }
}
