using System.Text.Json;
using Gateway.Dispatch;
using Gateway.Model;

namespace Gateway.Admin;

/// <summary>Writes the routes in force, each with what its edges can do.</summary>
internal static class AdminRoutes
{
    public static void Write(Utf8JsonWriter json, GatewayModel model)
    {
        json.WriteStartObject();
        json.WriteStartArray("routes");
        foreach (var route in model.Routes.Values.OrderBy(static r => r.Id, StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("id", route.Id);
            json.WriteString("cluster", route.ClusterId);
            json.WriteString("protocol", model.Clusters[route.ClusterId].Settings.Protocol);
            json.WriteStartArray("edges");
            foreach (var edge in route.Edges.Values.OrderBy(static e => e.Edge, StringComparer.Ordinal))
            {
                Write(json, edge);
            }

            json.WriteEndArray();
            WriteBindings(json, route);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, EdgePlans edge)
    {
        json.WriteStartObject();
        json.WriteString("name", edge.Edge);
        json.WriteString("plan", edge.IsPassThrough ? "forwarded" : edge.Opaque is not null ? "opaque" : "methods");
        if (edge.ByPath.Count > 0)
        {
            json.WriteNumber("methods", edge.ByPath.Count);
        }

        if (edge.Refusals.Count > 0)
        {
            json.WriteStartObject("refused");
            foreach (var (method, problem) in edge.Refusals.OrderBy(static r => r.Key, StringComparer.Ordinal))
            {
                json.WriteString(method, problem.Text);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteBindings(Utf8JsonWriter json, CallRoute route)
    {
        if (route.Rules is not { } rules)
        {
            return;
        }

        json.WriteStartArray("bindings");
        foreach (var binding in rules.Bindings)
        {
            json.WriteStartObject();
            json.WriteString("rule", binding.ToString());
            json.WriteString("method", binding.Method.FullName);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
