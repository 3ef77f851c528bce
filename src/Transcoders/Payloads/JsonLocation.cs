using System.Globalization;
using System.Text;

namespace Transcoders.Payloads;

/// <summary>Says where in a JSON text a byte lies: the path of the value, line and column. For error messages only.</summary>
internal static class JsonLocation
{
    private const int MaxSegments = 64;
    private const int MaxKey = 64;

    /// <summary>`{"books":[{},{"pages":x` → `books[1].pages`. Broken JSON is read as far as it goes.</summary>
    /// <param name="json">The whole text.</param>
    /// <param name="offset">The byte to locate.</param>
    /// <param name="prefix">What the path begins with, when the text is the value of a field.</param>
    public static string Path(ReadOnlySpan<byte> json, int offset, string prefix)
    {
        var frames = new List<Frame>();
        var depth = 0;
        for (var i = 0; i < offset && i < json.Length; i++)
        {
            switch (json[i])
            {
                case (byte)'{':
                case (byte)'[':
                    depth++;
                    if (depth <= MaxSegments)
                    {
                        frames.Add(new Frame { IsArray = json[i] == '[' });
                    }

                    break;
                case (byte)'}':
                case (byte)']':
                    if (depth != 0 && --depth < frames.Count)
                    {
                        frames.RemoveAt(frames.Count - 1);
                    }

                    break;
                case (byte)',':
                    if (depth == frames.Count && depth != 0)
                    {
                        frames[^1].Index++;
                        frames[^1].Key = null;
                    }

                    break;
                case (byte)'"':
                    var end = EndOfString(json, i);
                    if (depth == frames.Count && depth != 0 && !frames[^1].IsArray && frames[^1].Key is null && end <= offset)
                    {
                        frames[^1].Key = Shown(json[(i + 1)..Math.Max(i + 1, end - 1)]);
                    }

                    i = end - 1;
                    break;
            }
        }

        var path = new StringBuilder(prefix);
        foreach (var frame in frames)
        {
            if (frame.IsArray)
            {
                path.Append('[').Append(frame.Index.ToString(CultureInfo.InvariantCulture)).Append(']');
            }
            else if (frame.Key is { } key)
            {
                Append(path, key);
            }
        }

        return path.ToString();
    }

    /// <summary>`line 3, byte 14 (offset 57)`: line and byte of the line counted from 1, the offset into the text from 0.</summary>
    public static string Position(ReadOnlySpan<byte> json, int offset)
    {
        var before = json[..Math.Min(offset, json.Length)];
        var line = before.Count((byte)'\n') + 1;
        var column = before.Length - before.LastIndexOf((byte)'\n');
        return string.Create(CultureInfo.InvariantCulture, $"line {line}, byte {column} (offset {before.Length})");
    }

    /// <summary>Client bytes made fit for a message: decoded leniently, cut when long.</summary>
    public static string Shown(ReadOnlySpan<byte> bytes) =>
        bytes.Length <= MaxKey ? Encoding.UTF8.GetString(bytes) : Encoding.UTF8.GetString(bytes[..MaxKey]) + "…";

    private static void Append(StringBuilder path, string key)
    {
        if (key.Length != 0 && key.AsSpan().IndexOfAnyExcept(Identifier) < 0 && !char.IsAsciiDigit(key[0]))
        {
            if (path.Length != 0)
            {
                path.Append('.');
            }

            path.Append(key);
        }
        else if (key.StartsWith('['))
        {
            path.Append(path.Length == 0 ? "" : ".").Append(key);
        }
        else
        {
            path.Append('[').Append(JsonText.Quote(key)).Append(']');
        }
    }

    private static readonly System.Buffers.SearchValues<char> Identifier =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    private static int EndOfString(ReadOnlySpan<byte> json, int start)
    {
        for (var i = start + 1; i < json.Length; i++)
        {
            if (json[i] == '\\')
            {
                i++;
            }
            else if (json[i] == '"')
            {
                return i + 1;
            }
        }

        return json.Length;
    }

    private sealed class Frame
    {
        public bool IsArray { get; init; }

        public int Index { get; set; }

        public string? Key { get; set; }
    }
}
