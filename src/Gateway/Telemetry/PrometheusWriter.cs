using System.Buffers;
using System.Globalization;
using System.Text;

namespace Gateway.Telemetry;

/// <summary>Writes the Prometheus text format, version 0.0.4.</summary>
/// <remarks>Source: prometheus.io, "Exposition formats". One family's lines must follow each other; the caller sees to that.</remarks>
internal sealed class PrometheusWriter
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly ArrayBufferWriter<byte> _out = new(16 * 1024);

    public ReadOnlySpan<byte> Written => _out.WrittenSpan;

    public void Clear() => _out.ResetWrittenCount();

    public void Family(string name, string type, string help)
    {
        if (help.Length > 0)
        {
            Raw("# HELP "u8);
            Text(name);
            Raw(" "u8);
            Escaped(help);
            Raw("\n"u8);
        }

        Raw("# TYPE "u8);
        Text(name);
        Raw(" "u8);
        Text(type);
        Raw("\n"u8);
    }

    /// <summary>`name_suffix{label="value",…}`: everything of a line before its value.</summary>
    /// <param name="name">The family's name.</param>
    /// <param name="suffix">`_bucket`, `_sum`, `_count`, or empty.</param>
    /// <param name="labels">Labels as <see cref="Append"/> joined them; may be empty.</param>
    /// <param name="bound">The bucket's upper bound; null outside buckets.</param>
    public void Series(string name, string suffix, string labels, double? bound = null)
    {
        Text(name);
        Text(suffix);
        if (labels.Length > 0 || bound is not null)
        {
            Raw("{"u8);
            Text(labels);
            if (bound is { } le)
            {
                Raw(labels.Length > 0 ? ",le=\""u8 : "le=\""u8);
                Number(le);
                Raw("\""u8);
            }

            Raw("}"u8);
        }

        Raw(" "u8);
    }

    public void Value(double value)
    {
        Number(value);
        Raw("\n"u8);
    }

    public void Value(long value)
    {
        value.TryFormat(_out.GetSpan(24), out var written, default, CultureInfo.InvariantCulture);
        _out.Advance(written);
        Raw("\n"u8);
    }

    /// <summary>Adds one label to `a="1",b="2"`; the name is sanitized and the value escaped.</summary>
    public static void Append(StringBuilder text, string name, object? value)
    {
        if (text.Length > 0)
        {
            text.Append(',');
        }

        text.Append(PrometheusName.OfLabel(name)).Append("=\"");
        foreach (var c in Spell(value))
        {
            switch (c)
            {
                case '\\':
                    text.Append("\\\\");
                    break;
                case '"':
                    text.Append("\\\"");
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                default:
                    text.Append(c);
                    break;
            }
        }

        text.Append('"');
    }

    private static string Spell(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private void Number(double value)
    {
        if (double.IsFinite(value))
        {
            value.TryFormat(_out.GetSpan(32), out var written, default, CultureInfo.InvariantCulture);
            _out.Advance(written);
            return;
        }

        Raw(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "+Inf"u8 : "-Inf"u8);
    }

    private void Escaped(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '\\':
                    Raw("\\\\"u8);
                    break;
                case '\n':
                    Raw("\\n"u8);
                    break;
                default:
                    _out.Advance(rune.EncodeToUtf8(_out.GetSpan(4)));
                    break;
            }
        }
    }

    private void Text(string text) => Encoding.UTF8.GetBytes(text, _out);

    private void Raw(ReadOnlySpan<byte> bytes) => _out.Write(bytes);
}
