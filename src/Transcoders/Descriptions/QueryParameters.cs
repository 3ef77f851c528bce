using Google.Protobuf.Reflection;
using Transcoders.HttpRules;

namespace Transcoders.Descriptions;

/// <summary>A parameter in the query of a binding.</summary>
/// <param name="Name">As JSON writes its path: `filter.titleContains`.</param>
/// <param name="Field">What it sets.</param>
/// <param name="IsRequired">Its author calls it REQUIRED, and it is the request's own.</param>
internal sealed record QueryParameter(string Name, FieldDescriptor Field, bool IsRequired);

/// <summary>Lists what the query of a binding can set: every leaf that neither path nor body sets, and that clients are to set.</summary>
internal static class QueryParameters
{
    /// <summary>Most parameters of one operation; the gateway takes more than a document is readable with.</summary>
    private const int MaxCount = 200;

    public static List<QueryParameter> Of(HttpBinding binding, MessageSchemaWriter schemas, bool mapQuery)
    {
        var found = new List<QueryParameter>();
        if (!binding.BodyIsWhole)
        {
            var walk = new Walk(binding, schemas, mapQuery, found);
            walk.Enter(binding.Method.Input, "", "", []);
        }

        return found;
    }

    private readonly struct Walk(HttpBinding binding, MessageSchemaWriter schemas, bool mapQuery, List<QueryParameter> found)
    {
        public void Enter(MessageDescriptor message, string path, string name, List<MessageDescriptor> inside)
        {
            // A message that holds itself is told once.
            if (inside.Contains(message) || inside.Count == NestedWriter.MaxDepth)
            {
                return;
            }

            inside.Add(message);
            foreach (var field in message.Fields.InDeclarationOrder())
            {
                var fieldPath = path + field.Name;
                if (found.Count == MaxCount || ReferenceEquals(field, binding.BodyField) || IsInPath(fieldPath) || FieldBehaviors.IsOutputOnly(field))
                {
                    continue;
                }

                var fieldName = name + schemas.NameOf(field);
                switch (FieldNodeCompiler.RoleOf(field))
                {
                    case FieldRole.Leaf:
                        found.Add(new QueryParameter(fieldName, field, inside.Count == 1 && (field.IsRequired || FieldBehaviors.IsRequired(field))));
                        break;
                    case FieldRole.Message:
                        Enter(field.MessageType, fieldPath + ".", fieldName + ".", inside);
                        break;
                    case FieldRole.BodyOnly when mapQuery && field.IsMap && FieldNodeCompiler.RoleOf(field.MessageType.FindFieldByNumber(2)) == FieldRole.Leaf:
                        found.Add(new QueryParameter(fieldName, field, false));
                        break;
                }
            }

            inside.RemoveAt(inside.Count - 1);
        }

        private bool IsInPath(string path)
        {
            foreach (var variable in binding.Template.Variables)
            {
                if (variable.FieldPath == path)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
