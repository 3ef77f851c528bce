using Gateway.Configuration;
using Transcoders.HttpRules;
using Transcoders.Schema;

namespace Gateway.Model;

/// <summary>Says of a rule's problem where the rule was declared.</summary>
internal static class RuleProblems
{
    /// <summary>The problem at its rule, else at the cluster. Null for what is none: a service config about a service that the schema does not have.</summary>
    public static ConfigProblem? Of(HttpRuleProblem problem, ClusterSettings cluster, SchemaCatalog schema)
    {
        var selector = problem.Method.Replace('/', '.');
        var source = cluster.Schema?.HttpRuleSources.LastOrDefault(rule => rule.Selector == selector);
        if (problem.Field == "selector" && source is { IsServiceConfig: true } && !HasService(schema, selector))
        {
            return null;
        }

        return new ConfigProblem(source?.Position ?? cluster.Position, $"ReverseProxy:Clusters:{cluster.Id}:Schema", problem.ToString());
    }

    /// <summary>Google's own service configs also bind the methods of mix-ins, such as google.longrunning.Operations.</summary>
    private static bool HasService(SchemaCatalog schema, string selector)
    {
        var service = selector[..Math.Max(0, selector.LastIndexOf('.'))];
        return schema.Methods.Any(method => method.ServiceName == service);
    }
}
