using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Transcoders.Descriptions;

/// <summary>Writes a document twice: the first time fills what it refers to and gives names, the second is kept.</summary>
internal static class DescriptionDocument
{
    /// <summary>Largest document in bytes.</summary>
    public const int MaxSize = 64 * 1024 * 1024;

    // Served as JSON and never put into a page: names and comments stay readable.
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 256 };

    /// <exception cref="DescriptionException">It is larger than <see cref="MaxSize"/>.</exception>
    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        _ = WriteOnce(write);
        return WriteOnce(write).WrittenSpan.ToArray();
    }

    private static ArrayBufferWriter<byte> WriteOnce(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        using var json = new Utf8JsonWriter(buffer, Options);
        write(json);
        json.Flush();
        ThrowIfTooLarge(json);
        return buffer;
    }

    /// <summary>To be asked now and then while writing, so that what is too large is not written to its end.</summary>
    public static void ThrowIfTooLarge(Utf8JsonWriter json)
    {
        if (json.BytesCommitted + json.BytesPending > MaxSize)
        {
            throw new DescriptionException($"The description is larger than {MaxSize} bytes.");
        }
    }
}

/// <summary>A description cannot be written; the message says why.</summary>
public sealed class DescriptionException(string message) : Exception(message);
