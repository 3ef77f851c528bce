using System.Text;

namespace Gateway.Telemetry;

/// <summary>Names of instruments and tags as Prometheus spells them.</summary>
/// <remarks>
/// `gateway.call.duration` in `s` → `gateway_call_duration_seconds`; the counter `gateway.calls` → `gateway_calls_total`.
/// Source: OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility".
/// </remarks>
internal static class PrometheusName
{
    /// <summary>The family's name: sanitized, then the unit, then `_total` for what only rises.</summary>
    public static string OfMetric(string name, string unit, bool isCounter, bool isGauge)
    {
        var text = Sanitize(name, allowColon: true);
        if (isCounter && text.EndsWith("_total", StringComparison.Ordinal))
        {
            text = text[..^"_total".Length];
        }

        var suffix = Unit(unit, isGauge);
        if (suffix.Length > 0 && text != suffix && !text.EndsWith("_" + suffix, StringComparison.Ordinal))
        {
            text = $"{text}_{suffix}";
        }

        return isCounter ? text + "_total" : text;
    }

    public static string OfLabel(string name) => Sanitize(name, allowColon: false);

    /// <summary>`s` → `seconds`, `By/s` → `bytes_per_second`; an annotation (`{call}`) says nothing and vanishes.</summary>
    private static string Unit(string unit, bool isGauge)
    {
        if (unit == "1")
        {
            return isGauge ? "ratio" : "";
        }

        var slash = unit.IndexOf('/');
        if (slash < 0)
        {
            return Word(unit);
        }

        var per = unit[(slash + 1)..] switch
        {
            "s" => "second",
            "m" or "min" => "minute",
            "h" => "hour",
            "d" => "day",
            var other => Word(other),
        };
        var what = Word(unit[..slash]);
        return per.Length == 0 ? what : what.Length == 0 ? $"per_{per}" : $"{what}_per_{per}";
    }

    private static string Word(string unit) => unit switch
    {
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "min" => "minutes",
        "h" => "hours",
        "d" => "days",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "GiBy" => "gibibytes",
        "kBy" => "kilobytes",
        "MBy" => "megabytes",
        "GBy" => "gigabytes",
        "bit" => "bits",
        "%" => "percent",
        "Cel" => "celsius",
        "Hz" => "hertz",
        "" => "",
        _ when unit[0] == '{' => "",
        _ => Sanitize(unit, allowColon: false).Trim('_'),
    };

    /// <summary>Letters, digits and single underscores; never a digit first, never empty.</summary>
    private static string Sanitize(string name, bool allowColon)
    {
        var text = new StringBuilder(name.Length + 1);
        foreach (var c in name)
        {
            if (char.IsAsciiLetterOrDigit(c) || (allowColon && c == ':'))
            {
                if (text.Length == 0 && char.IsAsciiDigit(c))
                {
                    text.Append('_');
                }

                text.Append(c);
            }
            else if (text.Length == 0 || text[^1] != '_')
            {
                text.Append('_');
            }
        }

        return text.Length == 0 ? "_" : text.ToString();
    }
}
