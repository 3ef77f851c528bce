using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace Gateway.Telemetry;

/// <summary>Writes an event as one line; an exception follows, indented.</summary>
/// <remarks>
/// `2026-11-22T18:00:00.000Z INF Gateway.Dispatch.CallDispatcher: CallEnded: route library … trace=0af7…`
/// Values may come from clients and processes: a control character is written as its escape, so that none can forge a line or drive a terminal.
/// </remarks>
internal sealed class LogTextFormatter : ITextFormatter
{
    private const string ExceptionIndent = "    ";

    private readonly MessageTemplateTextFormatter _message = new("{Message:lj}", CultureInfo.InvariantCulture);

    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write(logEvent.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        output.Write(' ');
        output.Write(Short(logEvent.Level));
        output.Write(' ');
        if (logEvent.Properties.TryGetValue("SourceContext", out var context) && context is ScalarValue { Value: string source })
        {
            WriteEscaped(source, output);
            output.Write(": ");
        }

        using var text = new StringWriter(CultureInfo.InvariantCulture);
        _message.Format(logEvent, text);
        WriteEscaped(text.ToString(), output);
        if (logEvent.TraceId is { } trace)
        {
            output.Write(" trace=");
            output.Write(trace.ToHexString());
        }

        output.Write('\n');
        if (logEvent.Exception is { } exception)
        {
            WriteException(exception.ToString(), output);
        }
    }

    private static void WriteException(string text, TextWriter output)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            output.Write(ExceptionIndent);
            WriteEscaped(line, output);
            output.Write('\n');
        }
    }

    private static void WriteEscaped(ReadOnlySpan<char> text, TextWriter output)
    {
        foreach (var c in text)
        {
            // U+2028 and U+2029 end a line for some viewers; bidirectional controls reorder what the eye reads.
            if (char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069'))
            {
                output.Write("\\u");
                output.Write(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            }
            else
            {
                output.Write(c);
            }
        }
    }

    private static string Short(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => "VRB",
        LogEventLevel.Debug => "DBG",
        LogEventLevel.Information => "INF",
        LogEventLevel.Warning => "WRN",
        LogEventLevel.Error => "ERR",
        _ => "FTL",
    };
}
