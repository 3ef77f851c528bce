using System.Runtime.InteropServices;
using System.Text;

namespace Gateway.Backends.Stdio;

/// <summary>A NULL-ended vector of C strings in one native block, as `argv` and `environ` are. The caller disposes it.</summary>
internal unsafe ref struct NativeStrings
{
    private byte* _block;

    public NativeStrings(ReadOnlySpan<string> strings)
    {
        var size = (nuint)(strings.Length + 1) * (nuint)sizeof(byte*);
        foreach (var text in strings)
        {
            size += (nuint)Encoding.UTF8.GetMaxByteCount(text.Length) + 1;
        }

        _block = (byte*)NativeMemory.Alloc(size);
        var pointers = (byte**)_block;
        var next = (byte*)(pointers + strings.Length + 1);
        for (var i = 0; i < strings.Length; i++)
        {
            var text = strings[i];
            pointers[i] = next;
            next += Encoding.UTF8.GetBytes(text, new Span<byte>(next, Encoding.UTF8.GetMaxByteCount(text.Length)));
            *next++ = 0;
        }

        pointers[strings.Length] = null;
    }

    public readonly byte** Pointer => (byte**)_block;

    public void Dispose()
    {
        NativeMemory.Free(_block);
        _block = null;
    }
}
