using System.Text;
using Google.Protobuf.Reflection;

namespace Transcoders.HttpRules;

/// <summary>A field that holds variables of the path, or is one: a tree over their JSON names. Immutable once compiled.</summary>
internal sealed class BoundField(string jsonName)
{
    private readonly byte[] _name = Encoding.UTF8.GetBytes(jsonName);
    private BoundField[] _children = [];

    /// <summary>Index of the variable; -1 for a message that holds some.</summary>
    public int Variable { get; private set; } = -1;

    /// <summary>The tree of the variables; null when there are none.</summary>
    public static BoundField? Compile(ReadOnlySpan<PathLeaf> variables)
    {
        if (variables.IsEmpty)
        {
            return null;
        }

        var root = new BoundField("");
        for (var i = 0; i < variables.Length; i++)
        {
            var at = root;
            foreach (var node in variables[i].Chain)
            {
                at = at.FindOrAdd(node.Field);
            }

            at.Variable = i;
        }

        return root;
    }

    public BoundField? Find(ReadOnlySpan<byte> jsonName)
    {
        foreach (var child in _children)
        {
            if (jsonName.SequenceEqual(child._name))
            {
                return child;
            }
        }

        return null;
    }

    private BoundField FindOrAdd(FieldDescriptor field)
    {
        if (Find(Encoding.UTF8.GetBytes(field.JsonName)) is { } known)
        {
            return known;
        }

        var child = new BoundField(field.JsonName);
        _children = [.. _children, child];
        return child;
    }
}
