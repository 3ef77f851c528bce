using System.Text.Json;
using Gateway.Telemetry;
using Gateway.Tests.Configuration;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;

namespace Gateway.Tests.Telemetry;

public sealed class LogSetupTests
{
    [Fact]
    public void Text_IsOneLinePerEvent()
    {
        var text = Write("{}", log => log.ForContext(Constants.SourceContextPropertyName, "Gateway.X").Information("Refused: {Route}, {Code}", "library", 5));

        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INF Gateway\.X: Refused: library, 5\n$", text);
    }

    [Fact]
    public void ControlCharactersOfAValue_CannotForgeALine()
    {
        var text = Write("{}", log => log.Warning("Refused: {Path}", "/a\r\n2026-01-01T00:00:00.000Z INF admin logged in\u001b[2J\u2028\u202e"));

        Assert.Equal(1, text.AsSpan().Count('\n'));
        Assert.Contains(@"/a\u000d\u000a2026-01-01T00:00:00.000Z INF admin logged in\u001b[2J\u2028\u202e", text);
    }

    [Fact]
    public void AnException_FollowsIndented()
    {
        var text = Write("{}", log => log.Error(new InvalidOperationException("first\nsecond\u001b"), "Failed"));

        Assert.Contains("ERR Failed\n    System.InvalidOperationException: first\n    second\\u001b\n", text);
    }

    [Fact]
    public void Json_IsOneObjectPerLine()
    {
        var text = Write("""{ "Serilog": { "Format": "json" } }""", log => log.Information("Refused: {Path}", "a\nb"));

        var line = Assert.Single(text.TrimEnd('\n').Split('\n'));
        using var json = JsonDocument.Parse(line);
        Assert.Equal("a\nb", json.RootElement.GetProperty("Path").GetString());
        Assert.Contains("Refused", json.RootElement.GetProperty("@m").GetString());
    }

    [Fact]
    public void LongValues_AreCut()
    {
        var text = Write("{}", log => log.Information("Refused: {Path}", new string('x', TelemetryLimits.LogValueLength * 2)));

        Assert.InRange(text.Length, TelemetryLimits.LogValueLength, TelemetryLimits.LogValueLength + 100);
    }

    [Theory]
    [InlineData("{}", "Gateway.X", LogEventLevel.Debug, false)]
    [InlineData("{}", "Gateway.X", LogEventLevel.Information, true)]
    [InlineData("{}", "Microsoft.AspNetCore.Routing", LogEventLevel.Information, false)]
    [InlineData("{}", "Yarp.ReverseProxy.Forwarder", LogEventLevel.Information, false)]
    [InlineData("{}", "System.Net.Http.HttpClient", LogEventLevel.Information, false)]
    [InlineData("""{ "Serilog": { "MinimumLevel": "Error" } }""", "Gateway.X", LogEventLevel.Warning, false)]
    [InlineData("""{ "Serilog": { "MinimumLevel": { "Default": "Debug", "Override": { "Yarp": "Verbose" } } } }""", "Gateway.X", LogEventLevel.Debug, true)]
    [InlineData("""{ "Serilog": { "MinimumLevel": { "Default": "Debug", "Override": { "Yarp": "Verbose" } } } }""", "Yarp.X", LogEventLevel.Verbose, true)]
    [InlineData("""{ "Logging": { "LogLevel": { "Default": "Trace", "Yarp": "Critical" } } }""", "Gateway.X", LogEventLevel.Verbose, true)]
    [InlineData("""{ "Logging": { "LogLevel": { "Default": "Trace", "Yarp": "Critical" } } }""", "Yarp.X", LogEventLevel.Error, false)]
    [InlineData("""{ "Logging": { "LogLevel": { "Default": "Trace" } }, "Serilog": { "MinimumLevel": "Warning" } }""", "Gateway.X", LogEventLevel.Information, false)]
    public void Levels_ComeFromTheFile(string file, string category, LogEventLevel level, bool isWritten)
    {
        var text = Write(file, log => log.ForContext(Constants.SourceContextPropertyName, category).Write(level, "Event"));

        Assert.Equal(isWritten, text.Length > 0);
    }

    [Fact]
    public void WhatCannotBeRead_IsNamed()
    {
        var config = ConfigText.Good("""{ "Serilog": { "MinimumLevel": "Loud", "Format": "xml", "WriteTo": [ { "Name": "File" } ] } }""");

        Assert.Equal(
            [
                "Serilog:MinimumLevel: \"Loud\" is not a level; say Verbose, Debug, Information, Warning, Error, Fatal or Off",
                "Serilog:Format: \"xml\" is not a format; say text or json",
                "Serilog:WriteTo: is not read: the log goes to the console, and to a collector by the OTEL variables; say MinimumLevel or Format",
            ],
            LogSetup.Check(config).Select(p => p.ToString()));
    }

    private static string Write(string file, Action<Logger> write)
    {
        var settings = LogSettings.Read(ConfigText.Good(file).Tree);
        using var output = new StringWriter();
        using (var logger = LogSetup.Configure(settings, ConfigText.NoVariables).WriteTo.Sink(new TextSink(LogSetup.Formatter(settings.Format), output)).CreateLogger())
        {
            write(logger);
        }

        return output.ToString();
    }

    private sealed class TextSink(ITextFormatter formatter, TextWriter output) : ILogEventSink
    {
        public void Emit(LogEvent logEvent) => formatter.Format(logEvent, output);
    }
}
