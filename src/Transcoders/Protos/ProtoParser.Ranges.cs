using Google.Protobuf.Reflection;

namespace Transcoders.Protos;

/// <summary>Numbers of fields, and the ranges kept for extensions or for nobody.</summary>
internal sealed partial class ProtoParser
{
    private void ParseExtensionRanges(DescriptorProto message)
    {
        _next++;
        var first = message.ExtensionRange.Count;
        do
        {
            var (from, to) = ParseRange(MaxFieldNumber, allowsNegative: false);
            message.ExtensionRange.Add(new DescriptorProto.Types.ExtensionRange { Start = from, End = to + 1 });
        }
        while (TrySymbol(','));

        var options = IsSymbol('[') ? ParseOptionList() : [];
        for (var i = first; options.Count > 0 && i < message.ExtensionRange.Count; i++)
        {
            AddOptions(message.ExtensionRange[i], _scope, options);
        }

        Expect(';');
    }

    /// <param name="names">Gets reserved names.</param>
    /// <param name="add">Gets reserved ranges.</param>
    /// <param name="max">What `max` means.</param>
    /// <param name="beyond">1 where the descriptor's end lies behind the range, 0 where it is its last number.</param>
    private void ParseReserved(IList<string> names, Action<int, int> add, int max, int beyond)
    {
        do
        {
            if (Current.Kind == ProtoTokenKind.String)
            {
                names.Add(ParseString());
            }
            else if (Current.Kind == ProtoTokenKind.Identifier)
            {
                names.Add(ParseIdentifier("a name or a number"));
            }
            else
            {
                var (from, to) = ParseRange(max, allowsNegative: beyond == 0);
                add(from, to + beyond);
            }
        }
        while (TrySymbol(','));
        Expect(';');
    }

    private (int From, int To) ParseRange(int max, bool allowsNegative)
    {
        var position = Current.Position;
        var from = ParseInt32();
        var to = from;
        if (WordHere() == "to")
        {
            _next++;
            if (WordHere() == "max")
            {
                _next++;
                to = max;
            }
            else
            {
                to = ParseInt32();
            }
        }

        if (to < from || to > max || (!allowsNegative && from < 1))
        {
            throw new ProtoSyntaxException(position, $"a range goes from a smaller number to a larger one, at most {max}.");
        }

        return (from, to);
    }

    private int ParseFieldNumber()
    {
        var position = Current.Position;
        var number = ParseInt32();
        return number switch
        {
            < 1 or > int.MaxValue - 1 => throw new ProtoSyntaxException(position, $"the number of a field is at least 1 and at most {MaxFieldNumber}."),
            >= 19_000 and <= 19_999 => throw new ProtoSyntaxException(position, "the field numbers 19000 to 19999 are protobuf's own."),
            _ => number,
        };
    }
}
