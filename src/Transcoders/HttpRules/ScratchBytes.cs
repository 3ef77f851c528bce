using System.Buffers;

namespace Transcoders.HttpRules;

/// <summary>Room for one decoded value at a time: the stack while it suffices, then rented.</summary>
internal ref struct ScratchBytes(Span<byte> initial)
{
    public const int StackSize = 512;

    private Span<byte> _bytes = initial;
    private byte[]? _rented;

    /// <summary>At least <paramref name="size"/> bytes; what was got before is gone.</summary>
    public Span<byte> Get(int size)
    {
        if (_bytes.Length < size)
        {
            Dispose();
            _bytes = _rented = ArrayPool<byte>.Shared.Rent(size);
        }

        return _bytes;
    }

    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
            _rented = null;
        }
    }
}
