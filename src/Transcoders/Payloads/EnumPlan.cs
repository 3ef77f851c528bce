using System.Collections.Frozen;
using System.Text;
using Google.Protobuf.Reflection;
using Transcoders.Schema;

namespace Transcoders.Payloads;

/// <summary>An enum's names and numbers, ready for both directions.</summary>
internal sealed class EnumPlan
{
    private const int DenseLimit = 256;

    private readonly Utf8Table<int> _numbers;
    private readonly Utf8Table<int>? _folded;
    private readonly byte[]?[] _dense;
    private readonly FrozenDictionary<int, byte[]> _names;

    public EnumPlan(EnumDescriptor descriptor, bool anyCase)
    {
        FullName = descriptor.FullName;
        IsClosed = SchemaFeatures.IsClosed(descriptor);
        IsNullValue = descriptor.FullName == "google.protobuf.NullValue";
        Default = descriptor.Values.Count == 0 ? 0 : descriptor.Values[0].Number;

        var numbers = new List<(byte[], int)>();
        var folded = new List<(byte[], int)>();
        var names = new Dictionary<int, byte[]>();
        foreach (var value in descriptor.Values)
        {
            numbers.Add((Encoding.UTF8.GetBytes(value.Name), value.Number));
            folded.Add((Encoding.UTF8.GetBytes(value.Name.ToUpperInvariant()), value.Number));
            names.TryAdd(value.Number, Encoding.UTF8.GetBytes($"\"{value.Name}\""));
        }

        _numbers = new Utf8Table<int>(numbers);
        _folded = anyCase ? new Utf8Table<int>(folded) : null;
        _names = names.ToFrozenDictionary();
        _dense = new byte[]?[DenseLimit];
        foreach (var (number, name) in names)
        {
            if ((uint)number < DenseLimit)
            {
                _dense[number] = name;
            }
        }
    }

    public string FullName { get; }

    public bool IsClosed { get; }

    /// <summary>google.protobuf.NullValue, whose one value is JSON's null.</summary>
    public bool IsNullValue { get; }

    /// <summary>The number of an unset field: the first declared.</summary>
    public int Default { get; }

    /// <summary>The first declared name of a number with its quotes, or null when none has it.</summary>
    public byte[]? QuotedName(int number) =>
        (uint)number < DenseLimit ? _dense[number] : _names.GetValueOrDefault(number);

    public bool Declares(int number) => QuotedName(number) is not null;

    /// <summary>The number of a name, aliases included.</summary>
    public bool TryFind(ReadOnlySpan<byte> name, out int number)
    {
        if (_numbers.TryFind(name, out number))
        {
            return true;
        }

        if (_folded is null || name.Length > 256)
        {
            return false;
        }

        Span<byte> upper = stackalloc byte[256];
        return System.Text.Ascii.ToUpper(name, upper, out var written) == System.Buffers.OperationStatus.Done
            && _folded.TryFind(upper[..written], out number);
    }
}
