using System.Diagnostics;
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

    /// <summary>What the call adds.</summary>
    public static KeyValuePair<string, string>[] Of(CallHead head, Activity? activity)
    {
        var variables = new List<KeyValuePair<string, string>>(3);
        Add(Method, head.Method);
        if (activity is { IdFormat: ActivityIdFormat.W3C })
        {
            Add(TraceParent, activity.Id);
            Add(TraceState, activity.TraceStateString);
        }
        else if (head.Metadata.Find("traceparent") is { } parent)
        {
            // Nobody traces here: the client's context goes on as it came.
            Add(TraceParent, parent);
            Add(TraceState, head.Metadata.Find("tracestate"));
        }

        return [.. variables];

        void Add(string name, string? value)
        {
            // A NUL would end the variable early: whatever sent it, it is not passed on.
            if (!string.IsNullOrEmpty(value) && !value.Contains('\0'))
            {
                variables.Add(new(name, value));
            }
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
