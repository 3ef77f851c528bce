using Gateway.Configuration;
using Serilog.Events;

namespace Gateway.Telemetry;

/// <summary>How the log is written.</summary>
internal enum LogFormat
{
    /// <summary>One line per event, for people.</summary>
    Text,

    /// <summary>One JSON object per event (compact log event format), for collectors.</summary>
    Json,
}

/// <summary>The `Serilog` and `Logging:LogLevel` sections, read. What cannot be read is named and left at its default.</summary>
internal sealed class LogSettings
{
    private readonly Dictionary<string, LogEventLevel> _overrides = new(StringComparer.Ordinal)
    {
        ["Microsoft.AspNetCore"] = LogEventLevel.Warning,
        ["Yarp"] = LogEventLevel.Warning,
        ["System.Net.Http"] = LogEventLevel.Warning,
    };

    private readonly List<ConfigProblem> _problems = [];

    private LogSettings()
    {
    }

    public LogEventLevel Level { get; private set; } = LogEventLevel.Information;

    public LogFormat Format { get; private set; }

    /// <summary>Levels of namespaces; the longest that matches a logger holds.</summary>
    public IReadOnlyDictionary<string, LogEventLevel> Overrides => _overrides;

    public IReadOnlyList<ConfigProblem> Problems => _problems;

    /// <param name="tree">The configuration; null for the defaults.</param>
    public static LogSettings Read(IConfiguration? tree)
    {
        var settings = new LogSettings();
        if (tree is null)
        {
            return settings;
        }

        // ASP.NET's own section first: where both speak, Serilog's is the newer hand.
        settings.ReadLevels(tree.GetSection("Logging:LogLevel"));
        settings.ReadSerilog(tree.GetSection("Serilog"));
        return settings;
    }

    private void ReadSerilog(IConfigurationSection section)
    {
        foreach (var child in section.GetChildren())
        {
            switch (child.Key.ToUpperInvariant())
            {
                case "MINIMUMLEVEL":
                    ReadMinimum(child);
                    break;
                case "FORMAT":
                    ReadFormat(child);
                    break;
                default:
                    _problems.Add(new(null, child.Path, "is not read: the log goes to the console, and to a collector by the OTEL variables; say MinimumLevel or Format"));
                    break;
            }
        }
    }

    private void ReadMinimum(IConfigurationSection section)
    {
        if (section.Value is not null)
        {
            Level = ReadLevel(section) ?? Level;
            return;
        }

        foreach (var child in section.GetChildren())
        {
            switch (child.Key.ToUpperInvariant())
            {
                case "DEFAULT":
                    Level = ReadLevel(child) ?? Level;
                    break;
                case "OVERRIDE":
                    ReadLevels(child);
                    break;
                default:
                    _problems.Add(new(null, child.Path, "is not read; say Default or Override"));
                    break;
            }
        }
    }

    private void ReadLevels(IConfigurationSection section)
    {
        foreach (var child in section.GetChildren())
        {
            if (ReadLevel(child) is not { } level)
            {
                continue;
            }

            if (child.Key.Equals("Default", StringComparison.OrdinalIgnoreCase))
            {
                Level = level;
            }
            else
            {
                _overrides[child.Key] = level;
            }
        }
    }

    private void ReadFormat(IConfigurationSection section)
    {
        switch (section.Value?.ToUpperInvariant())
        {
            case "TEXT":
                Format = LogFormat.Text;
                break;
            case "JSON":
                Format = LogFormat.Json;
                break;
            default:
                _problems.Add(new(null, section.Path, $"\"{section.Value}\" is not a format; say text or json"));
                break;
        }
    }

    private LogEventLevel? ReadLevel(IConfigurationSection section)
    {
        // Both vocabularies: Serilog's and ASP.NET's.
        LogEventLevel? level = section.Value?.ToUpperInvariant() switch
        {
            "VERBOSE" or "TRACE" => LogEventLevel.Verbose,
            "DEBUG" => LogEventLevel.Debug,
            "INFORMATION" => LogEventLevel.Information,
            "WARNING" => LogEventLevel.Warning,
            "ERROR" => LogEventLevel.Error,
            "FATAL" or "CRITICAL" => LogEventLevel.Fatal,
            "OFF" or "NONE" => LevelAlias.Off,
            _ => null,
        };
        if (level is null)
        {
            _problems.Add(new(null, section.Path, $"\"{section.Value}\" is not a level; say Verbose, Debug, Information, Warning, Error, Fatal or Off"));
        }

        return level;
    }
}
